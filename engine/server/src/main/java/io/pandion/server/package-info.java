/// The program: settings and the wiring of roles into one process or a cluster.
@NullMarked
package io.pandion.server;

import org.jspecify.annotations.NullMarked;
