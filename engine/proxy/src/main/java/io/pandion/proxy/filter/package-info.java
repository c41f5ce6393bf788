/// Filter expressions: from the text that Milvus clients send to a checked
/// [io.pandion.model.Filter].
@NullMarked
package io.pandion.proxy.filter;

import org.jspecify.annotations.NullMarked;
