/// What the cluster knows: the meta store (embedded or etcd) and the catalog kept in it.
@NullMarked
package io.pandion.meta;

import org.jspecify.annotations.NullMarked;
