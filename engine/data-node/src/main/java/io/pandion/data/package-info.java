/// The data node: repeatable work on files: compaction, index build, import.
@NullMarked
package io.pandion.data;

import org.jspecify.annotations.NullMarked;
