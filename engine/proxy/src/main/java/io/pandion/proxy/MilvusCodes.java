package io.pandion.proxy;

import io.pandion.model.PandionException;
import io.pandion.protocol.ErrorCode;
import io.pandion.protocol.Status;

/// The one place that turns an error into the status that Milvus SDKs know: code, legacy code,
/// message, whether to retry.
@SuppressWarnings("deprecation") // SDKs still read the legacy code
final class MilvusCodes {
  static final int INVALID_PARAMETER = 1100;
  private static final int UNEXPECTED = 65_535;

  private MilvusCodes() {}

  static Status status(Throwable error) {
    int code = error instanceof PandionException known ? code(known) : UNEXPECTED;
    String message = error.getMessage() == null ? error.toString() : error.getMessage();
    return Status.newBuilder()
        .setCode(code)
        .setErrorCode(legacy(error, code))
        .setReason(message)
        .setDetail(message)
        .setRetriable(retriable(error))
        .build();
  }

  static int code(PandionException error) {
    return switch (error.reason()) {
      case NOT_FOUND -> notFound(error.subject());
      case ALREADY_EXISTS -> exists(error.subject());
      case NOT_LOADED -> error.subject() == PandionException.Subject.PARTITION ? 201 : 101;
      case INVALID_REQUEST -> INVALID_PARAMETER;
      case SCHEMA_MISMATCH -> 109;
      case FENCED, UNAVAILABLE_RETRY -> 1;
      case QUOTA_EXCEEDED -> 8;
      case DEADLINE_EXCEEDED -> 10_001;
      case OUTCOME_UNKNOWN -> 2;
      case UNSUPPORTED -> 10;
      case INTERNAL -> 5;
      case CORRUPT_DATA -> 1001;
    };
  }

  private static int notFound(PandionException.Subject subject) {
    return switch (subject) {
      case COLLECTION -> 100;
      case PARTITION -> 200;
      case SEGMENT -> 600;
      case CHANNEL -> 500;
      case INDEX -> 700;
      case DATABASE -> 800;
      case ALIAS -> 1600;
      case FIELD -> 1700;
      case PARAMETER, NONE -> INVALID_PARAMETER;
    };
  }

  private static int exists(PandionException.Subject subject) {
    return switch (subject) {
      case INDEX -> 702;
      case ALIAS -> 1602;
      default -> INVALID_PARAMETER;
    };
  }

  private static boolean retriable(Throwable error) {
    return error instanceof PandionException known
        && switch (known.reason()) {
          case FENCED, UNAVAILABLE_RETRY, QUOTA_EXCEEDED -> true;
          default -> false;
        };
  }

  private static ErrorCode legacy(Throwable error, int code) {
    if (error instanceof PandionException known
        && known.reason() == PandionException.Reason.SCHEMA_MISMATCH) {
      return ErrorCode.SchemaMismatch;
    }
    return switch (code) {
      case 8 -> ErrorCode.RateLimit;
      case 100 -> ErrorCode.CollectionNotExists;
      case 700 -> ErrorCode.IndexNotExist;
      case INVALID_PARAMETER -> ErrorCode.IllegalArgument;
      default -> ErrorCode.UnexpectedError;
    };
  }
}
