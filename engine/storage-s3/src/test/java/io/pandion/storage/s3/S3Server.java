package io.pandion.storage.s3;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// A real server of the S3 protocol on 127.0.0.1, in a process of its own: s3proxy over a
/// directory, or with Maven's profile `radosgw` the gateway of a small Ceph, which must be
/// installed. One thread; [#close] kills it.
public final class S3Server implements AutoCloseable {
  public static final S3Settings.Keys KEYS = new S3Settings.Keys("pandion", "pandion-secret");
  private static final Path JAR = Path.of("target", "s3proxy", "s3proxy.jar").toAbsolutePath();
  private static final String CEPH_SCRIPT = System.getProperty("pandion.radosgw", "");
  private static final boolean CEPH = !CEPH_SCRIPT.isEmpty();
  private static final Duration READY_WITHIN = Duration.ofSeconds(CEPH ? 120 : 60);

  private final Path directory;
  private final boolean signed;
  private final int port;
  private final Process process;

  /// @param directory where it keeps what it is told
  public S3Server(Path directory) throws IOException {
    this(directory, true);
  }

  /// A server that looks at no signature, so that something between may change requests.
  public static S3Server unsigned(Path directory) throws IOException {
    return new S3Server(directory, false);
  }

  private S3Server(Path directory, boolean signed) throws IOException {
    this.signed = signed;
    this.directory = Files.createDirectories(directory);
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = probe.getLocalPort();
    }
    this.process = launch(CEPH ? ceph() : s3proxy());
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    awaitReady();
  }

  private List<String> s3proxy() throws IOException {
    Files.createDirectories(directory.resolve("buckets"));
    Files.writeString(
        directory.resolve("s3proxy.conf"),
        String.join(
            "\n",
            "s3proxy.endpoint=http://127.0.0.1:" + port,
            "s3proxy.authorization=" + (signed ? "aws-v2-or-v4" : "none"),
            "s3proxy.identity=" + KEYS.accessKey(),
            "s3proxy.credential=" + KEYS.secretKey(),
            "s3proxy.jetty.max-threads=100",
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + directory.resolve("buckets")));
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-jar",
        JAR.toString(),
        "--properties",
        directory.resolve("s3proxy.conf").toString());
  }

  private List<String> ceph() {
    return List.of(CEPH_SCRIPT, directory.resolve("ceph").toString(), Integer.toString(port));
  }

  private Process launch(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("server.out").toFile())
        .start();
  }

  private void awaitReady() throws IOException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          close();
          throw new IOException(
              "the S3 server does not start: " + Files.readString(directory.resolve("server.out")),
              e);
        }
        pause();
      }
    }
  }

  private void pause() {
    try {
      process.waitFor(50, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Makes a bucket.
  public void bucket(String name) throws IOException {
    if (!CEPH) {
      Files.createDirectories(directory.resolve("buckets").resolve(name));
      return;
    }
    try (S3Client client =
        S3Client.builder()
            .endpointOverride(endpoint())
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(KEYS.accessKey(), KEYS.secretKey())))
            .build()) {
      client.createBucket(request -> request.bucket(name));
    }
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /// How to speak to a bucket of it.
  public S3Settings settings(String bucket, String prefix) {
    return settings(bucket, prefix, KEYS);
  }

  S3Settings settings(String bucket, String prefix, S3Settings.Keys keys) {
    return new S3Settings(
        bucket,
        prefix,
        Optional.of(endpoint()),
        "us-east-1",
        Optional.of(keys),
        true,
        Duration.ofSeconds(20),
        directory.resolve("buffer"));
  }

  /// Dies at once; what s3proxy keeps stays.
  @Override
  public void close() {
    if (CEPH) {
      // The script that runs it ends its processes.
      process.destroy();
    } else {
      process.destroyForcibly();
    }
    try {
      process.waitFor(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
