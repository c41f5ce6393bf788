package io.pandion.wal;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The write side of one pchannel under one term. `append` and `truncate` are called by one thread;
/// `read` by any.
///
/// Promises (proved for every adapter by `WalContract`): one total order; a future completes only
/// when its batch and all before it are durable, in order; what was acknowledged is read by every
/// later reader exactly once; nothing of an older term is acknowledged or becomes visible once a
/// higher term was opened; after a failed append every later append fails too (reopen to go on).
public interface Wal extends AutoCloseable {
  /// Bytes of a message's body at most.
  int MAX_BODY_BYTES = 64 << 20;

  /// Bytes of messages that may be handed over and not yet be acknowledged; a single batch may be
  /// larger.
  int MAX_UNACKNOWLEDGED_BYTES = 64 << 20;

  /// Lsn that the next message must carry.
  long nextLsn();

  /// Highest tick in the log, or 0 when it is empty.
  long lastTick();

  /// Hands over a batch with dense lsns from [#nextLsn]; returns at once, except that it waits for
  /// room while more than [#MAX_UNACKNOWLEDGED_BYTES] would be unacknowledged. The future completes
  /// when the batch is durable, or exceptionally with a PandionException: FENCED, OUTCOME_UNKNOWN
  /// (reopen and read the end), UNAVAILABLE_RETRY (the log is closed, or stopped at an earlier
  /// failure), INVALID_REQUEST (a body over [#MAX_BODY_BYTES]: nothing of the batch was written,
  /// and the log goes on).
  ///
  /// @throws IllegalArgumentException when an lsn is not the next one; nothing of the batch was
  ///   written
  /// @throws io.pandion.model.PandionException UNAVAILABLE_RETRY when interrupted while it waits
  ///   for room; nothing of the batch was written, and the log goes on
  CompletableFuture<Void> append(List<WalMessage> batch);

  /// Reads durable messages from `fromLsn` (or the first retained one, if that is higher) up to the
  /// end known at the call.
  WalReader read(long fromLsn);

  /// Messages below `lsn` may be removed. Cheap; may remove later or less; an lsn at or below an
  /// earlier one changes nothing.
  void truncate(long lsn);

  /// Waits for what was appended, acknowledged or failed, then stops. Again: does nothing.
  @Override
  void close();
}
