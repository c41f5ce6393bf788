/// Pandion from Java, with the public Milvus client alone.
@NullMarked
package io.pandion.examples;

import org.jspecify.annotations.NullMarked;
