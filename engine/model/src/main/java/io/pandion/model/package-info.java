/// The words of the database: schema, rows, ids, time ticks, filter and plan, errors. Uses the JDK
/// only.
@NullMarked
package io.pandion.model;

import org.jspecify.annotations.NullMarked;
