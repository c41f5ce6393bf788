/// The innermost loops: rows of vectors in several formats, scored against prepared queries.
///
/// ```
/// RowCodec codec = new RowCodec(RowFormat.SQ8, metric, dimension, mean);   // once an index
/// codec.encode(vector, 0, data, row * (long) format.stride(dimension), scratch);
/// Rows rows = new Rows(RowFormat.SQ8, data, count, dimension);             // once an index
///
/// RowQuery query = new RowQuery();                                         // once a thread
/// ScoreBatch batch = new ScoreBatch(64);
/// codec.prepare(vector, 0, query);                                         // once a search
/// batch.ids()[0] = 17; …
/// VectorKernel.chosen().score(query, rows, batch, n);                      // batch.scores()[i]
/// ```
@NullMarked
package io.pandion.index.kernel;

import org.jspecify.annotations.NullMarked;
