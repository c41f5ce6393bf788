/// A benchmark of a running server, from outside.
@NullMarked
package io.pandion.server.bench;

import org.jspecify.annotations.NullMarked;
