package io.pandion.storage.s3;

import io.pandion.model.PandionException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.RemoteFileChangedException;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.jspecify.annotations.Nullable;

/// Whole files in and out of a bucket, by S3A: in parts when they are large. S3A starts at the
/// first file, so that what moves none never loads it. Any number of threads.
final class S3DataFiles implements AutoCloseable {
  private static final int BUFFER = 1 << 17;

  private final S3Settings settings;
  private final S3Failures failures;

  /// Guarded by this.
  private @Nullable S3AFileSystem started;

  S3DataFiles(S3Settings settings, S3Failures failures) {
    this.settings = settings;
    this.failures = failures;
  }

  private synchronized S3AFileSystem files() throws IOException {
    S3AFileSystem files = started;
    if (files == null) {
      files = new S3AFileSystem();
      files.initialize(URI.create("s3a://" + settings.bucket()), configuration());
      started = files;
    }
    return files;
  }

  private Configuration configuration() {
    Configuration conf = new Configuration(false);
    settings
        .endpoint()
        .ifPresent(
            e -> {
              conf.set("fs.s3a.endpoint", e.toString());
              conf.setBoolean("fs.s3a.connection.ssl.enabled", "https".equals(e.getScheme()));
            });
    conf.set("fs.s3a.endpoint.region", settings.region());
    settings
        .keys()
        .ifPresentOrElse(
            k -> {
              conf.set("fs.s3a.access.key", k.accessKey());
              conf.set("fs.s3a.secret.key", k.secretKey());
              conf.set(
                  "fs.s3a.aws.credentials.provider",
                  "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
            },
            () ->
                conf.set(
                    "fs.s3a.aws.credentials.provider",
                    "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider"));
    conf.setBoolean("fs.s3a.path.style.access", settings.pathStyle());
    // the buckets are there: no request to ask
    conf.setInt("fs.s3a.bucket.probe", 0);
    conf.setBoolean("fs.s3a.create.performance", true);
    conf.set("fs.s3a.input.stream.type", "classic");
    conf.set("fs.s3a.fast.upload.buffer", "disk");
    conf.set("fs.s3a.buffer.dir", settings.bufferDirectory().toString());
    conf.set("hadoop.tmp.dir", settings.bufferDirectory().toString());
    conf.setLong("fs.s3a.multipart.size", 64L << 20);
    conf.setInt("fs.s3a.attempts.maximum", 3);
    conf.setInt("fs.s3a.retry.limit", 3);
    conf.setTimeDuration(
        "fs.s3a.connection.timeout",
        settings.timeout().toMillis(),
        java.util.concurrent.TimeUnit.MILLISECONDS);
    conf.setTimeDuration(
        "fs.s3a.connection.establish.timeout",
        settings.timeout().toMillis(),
        java.util.concurrent.TimeUnit.MILLISECONDS);
    return conf;
  }

  private Path path(String key) {
    return new Path("s3a://" + settings.bucket() + "/" + key);
  }

  /// @throws PandionException ALREADY_EXISTS when the name was taken
  void put(String name, String key, java.nio.file.Path file) {
    try (InputStream in = Files.newInputStream(file);
        FSDataOutputStream out = create(path(key))) {
      copy(in, out);
    } catch (RemoteFileChangedException e) {
      throw new PandionException(
          PandionException.Reason.ALREADY_EXISTS,
          PandionException.Subject.NONE,
          "object '" + name + "' exists already",
          e);
    } catch (IOException e) {
      throw failures.ofWrite(name, e);
    }
  }

  @SuppressWarnings("unchecked") // Hadoop's builder is raw
  private FSDataOutputStream create(Path path) throws IOException {
    FSDataOutputStreamBuilder<FSDataOutputStream, ?> builder = files().createFile(path);
    return builder
        .overwrite(true)
        .recursive()
        .must("fs.option.create.conditional.overwrite", "true")
        .build();
  }

  /// A copy in a directory, under a name of its own that ends with the object's.
  ///
  /// @param length of the object, as the server said
  java.nio.file.Path copy(String name, String key, long length, java.nio.file.Path directory) {
    String plain = name.substring(name.lastIndexOf('/') + 1);
    try {
      Files.createDirectories(directory);
      java.nio.file.Path part = Files.createTempFile(directory, "copy-", "-" + plain);
      try (FSDataInputStream in =
              files()
                  .openFile(path(key))
                  .opt("fs.option.openfile.read.policy", "whole-file")
                  .optLong("fs.option.openfile.length", length)
                  .build()
                  .get();
          OutputStream out = Files.newOutputStream(part)) {
        copy(in, out);
      } catch (IOException e) {
        Files.deleteIfExists(part);
        throw e;
      }
      return part;
    } catch (FileNotFoundException e) {
      throw failures.notFound(name, e);
    } catch (IOException | java.util.concurrent.ExecutionException e) {
      throw failures.of("read", name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failures.of("read", name, e);
    }
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      out.write(buffer, 0, read);
    }
  }

  @Override
  public synchronized void close() {
    if (started == null) {
      return;
    }
    try {
      started.close();
    } catch (IOException e) {
      // Every file that was put is durable.
      return;
    } finally {
      started = null;
    }
  }
}
