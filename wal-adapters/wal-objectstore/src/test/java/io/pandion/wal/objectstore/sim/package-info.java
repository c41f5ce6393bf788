/// The log in an object store, whole, in virtual time: one seed, one carrier thread.
@NullMarked
package io.pandion.wal.objectstore.sim;

import org.jspecify.annotations.NullMarked;
