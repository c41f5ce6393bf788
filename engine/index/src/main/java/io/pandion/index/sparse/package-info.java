/// How to find sparse vectors by inner product: an inverted index with exact pruning.
///
/// `SparseIndexType` builds and opens, `SparseIndex` searches, `SparseScan` searches rows that have
/// no index.
@NullMarked
package io.pandion.index.sparse;

import org.jspecify.annotations.NullMarked;
