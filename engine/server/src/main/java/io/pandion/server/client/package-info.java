/// A small client of the Milvus protocol, for quickstart and bench.
@NullMarked
package io.pandion.server.client;

import org.jspecify.annotations.NullMarked;
