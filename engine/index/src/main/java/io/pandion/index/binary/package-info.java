/// How to find binary vectors by Hamming or Jaccard distance: the scan, and inverted lists.
///
/// `BinaryIndexType` builds and opens, `BinaryIndex` searches, `BinaryScan` searches rows that have
/// no index.
@NullMarked
package io.pandion.index.binary;

import org.jspecify.annotations.NullMarked;
