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

/// A server of the S3 protocol over a directory, in a process of its own on 127.0.0.1. Buckets are
/// folders. One thread; [#close] kills it.
public final class S3ProxyServer implements AutoCloseable {
  public static final S3Settings.Keys KEYS = new S3Settings.Keys("pandion", "pandion-secret");
  private static final Path JAR = Path.of("target", "s3proxy", "s3proxy.jar").toAbsolutePath();
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final Path directory;
  private final int port;
  private Process process;

  /// @param directory where it keeps buckets and its settings
  public S3ProxyServer(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("buckets"));
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = probe.getLocalPort();
    }
    Files.writeString(
        directory.resolve("s3proxy.conf"),
        String.join(
            "\n",
            "s3proxy.endpoint=http://127.0.0.1:" + port,
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=" + KEYS.accessKey(),
            "s3proxy.credential=" + KEYS.secretKey(),
            "s3proxy.jetty.max-threads=100",
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + directory.resolve("buckets")));
    this.process = launch();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
    awaitReady();
  }

  private Process launch() throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-jar",
                JAR.toString(),
                "--properties",
                directory.resolve("s3proxy.conf").toString()))
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("s3proxy.out").toFile())
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
          throw new IOException(
              "s3proxy does not start: " + Files.readString(directory.resolve("s3proxy.out")), e);
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
    Files.createDirectories(directory.resolve("buckets").resolve(name));
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

  /// Dies at once; its buckets stay.
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
