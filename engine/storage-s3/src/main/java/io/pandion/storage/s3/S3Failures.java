package io.pandion.storage.s3;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/// Says what a failed request means for the caller. Any number of threads.
final class S3Failures {
  private static final int CONFLICT = 409;
  private static final int TOO_MANY = 429;
  private static final int SERVER = 500;

  private final S3Settings settings;

  S3Failures(S3Settings settings) {
    this.settings = settings;
  }

  /// The failure of a request that changes nothing, or may be repeated without harm.
  PandionException of(String what, String name, Throwable e) {
    return of(what, name, e, Reason.UNAVAILABLE_RETRY);
  }

  /// The failure of a write: when no reply came, nobody knows whether it took place.
  PandionException ofWrite(String name, Throwable e) {
    return of("write", name, e, Reason.OUTCOME_UNKNOWN);
  }

  PandionException notFound(String name, @Nullable Throwable e) {
    return new PandionException(
        Reason.NOT_FOUND, Subject.NONE, "object '" + name + "' does not exist", e);
  }

  private PandionException of(String what, String name, Throwable e, Reason withoutReply) {
    AwsServiceException reply = reply(e);
    String deed = "cannot " + what + " object '" + name + "' in " + settings.address();
    if (reply == null) {
      return new PandionException(
          neverSent(e) ? Reason.UNAVAILABLE_RETRY : withoutReply,
          Subject.NONE,
          deed + ": no reply from " + settings.server() + ": " + message(e) + "; is it reachable?",
          e);
    }
    AwsErrorDetails details = reply.awsErrorDetails();
    String code = details == null || details.errorCode() == null ? "" : details.errorCode();
    int status = reply.statusCode();
    if (code.equals("NoSuchBucket")) {
      return new PandionException(
          Reason.INVALID_REQUEST,
          Subject.PARAMETER,
          "bucket '"
              + settings.bucket()
              + "' does not exist at "
              + settings.server()
              + ": create it, or correct storage.root",
          e);
    }
    if (status == 404) {
      return notFound(name, e);
    }
    if (status == 401 || status == 403) {
      return new PandionException(
          Reason.INVALID_REQUEST,
          Subject.PARAMETER,
          deed
              + ": "
              + settings.server()
              + " refuses the credentials ("
              + (code.isEmpty() ? status : code)
              + "): check storage.accessKey and storage.secretKey, and what they may do",
          e);
    }
    if ((status == 400 && code.contains("Region")) || status == 301) {
      return new PandionException(
          Reason.INVALID_REQUEST,
          Subject.PARAMETER,
          deed + ": the bucket is in another region than '" + settings.region() + "': " + code,
          e);
    }
    if (status == TOO_MANY || code.equals("SlowDown") || code.contains("Throttl")) {
      return new PandionException(
          Reason.QUOTA_EXCEEDED, Subject.NONE, deed + ": the server asks to slow down", e);
    }
    if (status == CONFLICT) {
      return new PandionException(
          Reason.UNAVAILABLE_RETRY, Subject.NONE, deed + ": another write is under way; retry", e);
    }
    if (status >= SERVER) {
      return new PandionException(
          withoutReply, Subject.NONE, deed + ": status " + status + " " + code, e);
    }
    return new PandionException(
        Reason.INTERNAL,
        Subject.NONE,
        deed + ": status " + status + " " + code + ": " + message(e),
        e);
  }

  /// The server's reply in the chain of causes, or null when none came.
  private static @Nullable AwsServiceException reply(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof AwsServiceException found) {
        return found;
      }
    }
    return null;
  }

  private static boolean neverSent(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof ConnectException || at instanceof UnknownHostException) {
        return true;
      }
    }
    return false;
  }

  private static String message(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
