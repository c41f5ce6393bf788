package io.pandion.model;

import java.util.Map;

/// How large the answer to one read may be, as Milvus' `quotaAndLimits.limits.maxOutputSize`.
/// Counted while rows are gathered, so that an answer that is too large is given up before it fills
/// the memory. One thread.
public final class AnswerSize {
  /// Bytes of keys and output fields.
  public static final long MAX_BYTES = 100L << 20;

  private final String kind;
  private long bytes;

  /// @param kind of read, for the message: `query` or `search`
  public AnswerSize(String kind) {
    this.kind = kind;
  }

  /// Counts more bytes of the answer.
  ///
  /// @throws PandionException INVALID_REQUEST when they are too many
  public void add(long more) {
    bytes += more;
    if (bytes > MAX_BYTES) {
      throw PandionException.invalid(
          kind
              + " results exceed the maxOutputSize Limit "
              + MAX_BYTES
              + " bytes: use a smaller limit, fewer output fields or an iterator");
    }
  }

  /// Bytes counted so far.
  public long bytes() {
    return bytes;
  }

  /// The result's bytes.
  ///
  /// @throws PandionException INVALID_REQUEST when they are too many
  public static long of(QueryResult result) {
    return of("query", result.keys(), result.fields());
  }

  /// The result's bytes, four for each score included.
  ///
  /// @throws PandionException INVALID_REQUEST when they are too many
  public static long of(SearchResult result) {
    return of("search", result.keys(), result.fields())
        + (long) Float.BYTES * result.scores().length;
  }

  private static long of(String kind, Column keys, Map<Long, Column> fields) {
    AnswerSize size = new AnswerSize(kind);
    size.add(keys.bytes());
    fields.values().forEach(column -> size.add(column.bytes()));
    return size.bytes();
  }
}
