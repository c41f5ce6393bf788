/// The proxy: speaks Milvus gRPC and REST on one port, checks requests against the schema, routes
/// and merges.
@NullMarked
package io.pandion.proxy;

import org.jspecify.annotations.NullMarked;
