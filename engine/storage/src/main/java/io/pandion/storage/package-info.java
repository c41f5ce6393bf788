/// What the cluster keeps: the object store and the files in it: binlogs, deltalogs, statistics,
/// manifests.
@NullMarked
package io.pandion.storage;

import org.jspecify.annotations.NullMarked;
