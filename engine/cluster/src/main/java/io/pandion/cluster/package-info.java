/// How roles talk: one interface per role, in-process and over gRPC; membership and leases.
@NullMarked
package io.pandion.cluster;

import org.jspecify.annotations.NullMarked;
