/// The Milvus messages and stubs, generated at build time from the `.proto` files that the Milvus
/// Java SDK carries.
@NullMarked
package io.pandion.protocol;

import org.jspecify.annotations.NullMarked;
