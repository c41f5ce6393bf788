package io.pandion.storage.s3;

import io.pandion.model.PandionException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Where a bucket is and how to speak to it.
///
/// @param prefix what all names begin with: empty, or without a slash at either end
/// @param endpoint of the server; absent for AWS itself
/// @param region as the server calls it
/// @param keys absent for what the environment offers (variables, profile, instance role)
/// @param pathStyle whether the bucket stands in the path, as most servers but AWS want it
/// @param timeout of one attempt of a request, until its reply has come
/// @param bufferDirectory where parts of large files wait for their upload
public record S3Settings(
    String bucket,
    String prefix,
    Optional<URI> endpoint,
    String region,
    Optional<Keys> keys,
    boolean pathStyle,
    Duration timeout,
    Path bufferDirectory) {
  /// An access key and its secret.
  public record Keys(String accessKey, String secretKey) {
    @Override
    public String toString() {
      return "Keys[" + accessKey + "]";
    }
  }

  public S3Settings {
    if (bucket.isEmpty() || prefix.startsWith("/") || prefix.endsWith("/")) {
      throw PandionException.invalid(
          "'s3a://" + bucket + "/" + prefix + "' names no bucket, or ends with a slash");
    }
  }

  /// The bucket and prefix as one address.
  public String address() {
    return "s3a://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }

  /// The key of an object.
  String key(String name) {
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  /// The server in words, for errors.
  String server() {
    return endpoint.map(URI::toString).orElse("AWS (region " + region + ")");
  }
}
