/// How to find near vectors and matching values: vector kernels, graph, IVF, sparse, scalar and
/// text indexes.
@NullMarked
package io.pandion.index;

import org.jspecify.annotations.NullMarked;
