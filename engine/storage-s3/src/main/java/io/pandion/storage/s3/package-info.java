/// The object store on S3.
@NullMarked
package io.pandion.storage.s3;

import org.jspecify.annotations.NullMarked;
