package io.pandion.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The one exception of Pandion: a reason that says what the caller can do, the kind of object it
/// is about, and a message that names the object, the value and the remedy.
///
/// The proxy maps (reason, subject) to the status codes that Milvus SDKs know, in one place.
public final class PandionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// What went wrong, in terms of what the caller must do next.
  public enum Reason {
    /// The request is wrong; repeating it cannot help.
    INVALID_REQUEST,
    /// The subject does not exist.
    NOT_FOUND,
    /// The subject exists already.
    ALREADY_EXISTS,
    /// The collection or partition must be loaded first.
    NOT_LOADED,
    /// The client's cached schema is stale: read it again and retry.
    SCHEMA_MISMATCH,
    /// This owner was replaced by one of a higher term.
    FENCED,
    /// Not now: the same request may pass later.
    UNAVAILABLE_RETRY,
    /// Whether the write took place is not known.
    OUTCOME_UNKNOWN,
    /// A limit or quota was reached.
    QUOTA_EXCEEDED,
    /// Time ran out.
    DEADLINE_EXCEEDED,
    /// Stored bytes failed a check.
    CORRUPT_DATA,
    /// The feature is not offered.
    UNSUPPORTED,
    /// A defect of Pandion.
    INTERNAL
  }

  /// The kind of object that an error is about.
  public enum Subject {
    NONE,
    DATABASE,
    COLLECTION,
    PARTITION,
    ALIAS,
    INDEX,
    FIELD,
    SEGMENT,
    CHANNEL,
    PARAMETER
  }

  private final Reason reason;
  private final Subject subject;

  public PandionException(Reason reason, Subject subject, String message) {
    this(reason, subject, message, null);
  }

  public PandionException(
      Reason reason, Subject subject, String message, @Nullable Throwable cause) {
    super(Objects.requireNonNull(message), cause);
    this.reason = reason;
    this.subject = subject;
  }

  /// INVALID_REQUEST about no object in particular.
  public static PandionException invalid(String message) {
    return new PandionException(Reason.INVALID_REQUEST, Subject.NONE, message);
  }

  /// NOT_FOUND of a subject.
  public static PandionException notFound(Subject subject, String message) {
    return new PandionException(Reason.NOT_FOUND, subject, message);
  }

  /// ALREADY_EXISTS of a subject.
  public static PandionException exists(Subject subject, String message) {
    return new PandionException(Reason.ALREADY_EXISTS, subject, message);
  }

  /// UNSUPPORTED: names the missing feature.
  public static PandionException unsupported(String message) {
    return new PandionException(Reason.UNSUPPORTED, Subject.NONE, message);
  }

  /// CORRUPT_DATA: names the file or record and the failed check.
  public static PandionException corrupt(String message) {
    return new PandionException(Reason.CORRUPT_DATA, Subject.NONE, message);
  }

  /// UNAVAILABLE_RETRY.
  public static PandionException unavailable(String message) {
    return new PandionException(Reason.UNAVAILABLE_RETRY, Subject.NONE, message);
  }

  public Reason reason() {
    return reason;
  }

  public Subject subject() {
    return subject;
  }
}
