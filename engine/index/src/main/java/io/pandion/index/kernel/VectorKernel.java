package io.pandion.index.kernel;

/// Scores rows against queries: the innermost loops. Larger scores are nearer; how they are
/// computed is said by [RowQuery], how rows lie by [RowFormat].
///
/// There are three twins: `scalar`, plain Java; `vector`, the Vector API; and `native`, C, where
/// the build found a compiler and the processor's library is in the jar. INT8, SQ8, SQ4 and PQ
/// scores are the same bits in all of them, the others differ by the rounding of sums. Threads:
/// stateless, any number. Nothing allocates.
public interface VectorKernel {
  /// `scalar`, `vector` or `native`.
  String name();

  /// What was chosen and why, for the log.
  String description();

  /// Scores the first `count` rows of `batch.ids()` into `batch.scores()`. Ids may repeat.
  ///
  /// @throws IndexOutOfBoundsException when an id is not below `rows.count()`
  void score(RowQuery query, Rows rows, ScoreBatch batch, int count);

  /// Scores the rows `from` until `from + count` against several queries, reading each row once
  /// from memory: query *q* and row `from + i` into `batch.scores()[q * count + i]`.
  ///
  /// @param queries all prepared by the codec of the rows
  /// @param batch has a capacity of at least `queryCount * count`
  /// @throws IndexOutOfBoundsException when there are fewer rows, or the batch is too small
  void scoreRange(
      RowQuery[] queries, int queryCount, Rows rows, int from, int count, ScoreBatch batch);

  /// The kernel of this process: native where it can be loaded, else the Vector API where its
  /// vectors have at least four lanes, else scalar. The system property `pandion.kernel` (`native`,
  /// `vector` or `scalar`) overrides.
  static VectorKernel chosen() {
    return KernelChoice.CHOSEN;
  }
}
