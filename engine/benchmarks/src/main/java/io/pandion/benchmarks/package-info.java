/// Benchmarks: kernels under JMH, recall, and the whole program end to end.
@NullMarked
package io.pandion.benchmarks;

import org.jspecify.annotations.NullMarked;
