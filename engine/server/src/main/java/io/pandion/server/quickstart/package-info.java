/// The first minute with Pandion.
@NullMarked
package io.pandion.server.quickstart;

import org.jspecify.annotations.NullMarked;
