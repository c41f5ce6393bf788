package io.pandion.storage.s3;

import io.pandion.model.PandionException;
import io.pandion.storage.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32C;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Objects in an S3 bucket below a prefix. Any number of threads; several processes may share it.
///
/// Creating is a `PUT` with `If-None-Match: *` and the object's CRC32C, which the server checks.
/// [#putIfAbsent] makes one attempt and never repeats it by itself: a repeated one could meet its
/// own first attempt and take it for another's. It fails with OUTCOME_UNKNOWN when no reply came or
/// the server broke off (the object may be there, or appear later), QUOTA_EXCEEDED when the server
/// asks to slow down, UNAVAILABLE_RETRY when nothing was written.
///
/// Reads are repeated twice. Whole files go through [S3DataFiles], which starts at the first one.
public final class S3ObjectStore implements ObjectStore {
  private static final int CONNECTIONS = 64;
  private static final int READ_ATTEMPTS = 3;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_SATISFIABLE = 416;
  private static final int MAX_NAME = 800;

  private final S3Settings settings;
  private final S3Failures failures;
  private final S3Client once;
  private final S3Client reading;
  private final S3DataFiles dataFiles;

  /// Connects at the first request.
  public S3ObjectStore(S3Settings settings) {
    this.settings = settings;
    this.failures = new S3Failures(settings);
    this.once = client(1);
    this.reading = client(READ_ATTEMPTS);
    this.dataFiles = new S3DataFiles(settings, failures);
  }

  private S3Client client(int attempts) {
    AwsCredentialsProvider credentials =
        settings
            .keys()
            .<AwsCredentialsProvider>map(
                k ->
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(k.accessKey(), k.secretKey())))
            .orElseGet(() -> DefaultCredentialsProvider.builder().build());
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            .region(Region.of(settings.region()))
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(
                S3Configuration.builder()
                    .pathStyleAccessEnabled(settings.pathStyle())
                    .chunkedEncodingEnabled(false)
                    .build())
            .httpClientBuilder(
                ApacheHttpClient.builder()
                    .maxConnections(CONNECTIONS)
                    .connectionTimeout(settings.timeout())
                    .socketTimeout(settings.timeout()))
            .overrideConfiguration(
                o ->
                    o.apiCallAttemptTimeout(settings.timeout())
                        .retryStrategy(
                            attempts == 1
                                ? DefaultRetryStrategy.doNotRetry()
                                : DefaultRetryStrategy.standardStrategyBuilder()
                                    .maxAttempts(attempts)
                                    .build()));
    settings.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    String key = key(name);
    try {
      once.putObject(
          r ->
              r.bucket(settings.bucket())
                  .key(key)
                  .ifNoneMatch("*")
                  .checksumCRC32C(checksum(bytes))
                  .contentLength((long) bytes.length),
          RequestBody.fromByteBuffer(ByteBuffer.wrap(bytes).asReadOnlyBuffer()));
      return true;
    } catch (AwsServiceException e) {
      if (e.statusCode() == PRECONDITION_FAILED) {
        return false;
      }
      throw failures.ofWrite(name, e);
    } catch (SdkException e) {
      throw failures.ofWrite(name, e);
    }
  }

  private static String checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
  }

  @Override
  public void putFile(String name, Path file) {
    dataFiles.put(name, key(name), file);
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    String key = key(name);
    if (length == 0) {
      return new byte[0];
    }
    try {
      byte[] found =
          reading
              .getObjectAsBytes(
                  r ->
                      r.bucket(settings.bucket())
                          .key(key)
                          .range("bytes=" + offset + "-" + (offset + length - 1)))
              .asByteArrayUnsafe();
      if (found.length != length) {
        throw endsBefore(name, offset + length);
      }
      return found;
    } catch (AwsServiceException e) {
      throw e.statusCode() == NOT_SATISFIABLE
          ? endsBefore(name, offset + length)
          : failures.of("read", name, e);
    } catch (SdkException e) {
      throw failures.of("read", name, e);
    }
  }

  private static PandionException endsBefore(String name, long end) {
    return PandionException.corrupt("object '" + name + "' ends before byte " + end);
  }

  @Override
  public byte[] readAll(String name) {
    String key = key(name);
    try {
      ResponseBytes<GetObjectResponse> found =
          reading.getObjectAsBytes(r -> r.bucket(settings.bucket()).key(key));
      return found.asByteArrayUnsafe();
    } catch (SdkException e) {
      throw failures.of("read", name, e);
    }
  }

  @Override
  public Path localCopy(String name, Path directory) {
    return dataFiles.copy(name, key(name), size(name), directory);
  }

  @Override
  public long size(String name) {
    String key = key(name);
    try {
      return reading.headObject(r -> r.bucket(settings.bucket()).key(key)).contentLength();
    } catch (SdkException e) {
      throw failures.of("read", name, e);
    }
  }

  @Override
  public boolean exists(String name) {
    try {
      size(name);
      return true;
    } catch (PandionException e) {
      if (e.reason() == PandionException.Reason.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public List<String> list(String prefix) {
    int cut = settings.key("").length();
    List<String> names = new ArrayList<>();
    try {
      reading
          .listObjectsV2Paginator(r -> r.bucket(settings.bucket()).prefix(settings.key(prefix)))
          .contents()
          .stream()
          .map(S3Object::key)
          .filter(key -> !key.endsWith("/"))
          .forEach(key -> names.add(key.substring(cut)));
    } catch (SdkException e) {
      throw failures.of("list", prefix, e);
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public void delete(String name) {
    String key = key(name);
    try {
      reading.deleteObject(r -> r.bucket(settings.bucket()).key(key));
    } catch (AwsServiceException e) {
      PandionException failure = failures.of("delete", name, e);
      if (failure.reason() != PandionException.Reason.NOT_FOUND) {
        throw failure;
      }
    } catch (SdkException e) {
      throw failures.of("delete", name, e);
    }
  }

  @Override
  public void close() {
    dataFiles.close();
    once.close();
    reading.close();
  }

  /// @throws PandionException INVALID_REQUEST for a name that leaves the prefix
  private String key(String name) {
    boolean sound = !name.isEmpty() && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME;
    for (String part : name.split("/", -1)) {
      sound &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
    }
    if (!sound) {
      throw PandionException.invalid("'" + name + "' is not a name of an object");
    }
    return settings.key(name);
  }
}
