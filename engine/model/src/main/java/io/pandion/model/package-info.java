/// The words of Pandion: schema, rows, time ticks, filters, plans, errors.
@NullMarked
package io.pandion.model;

import org.jspecify.annotations.NullMarked;
