package io.pandion.storage.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// An S3 server that is not well, on 127.0.0.1: it passes requests on to a healthy one, and answers
/// some with an error instead, half of those after they were done, and some with the advice to slow
/// down. It can be gone: then it closes each connection without a word. It can overlook the
/// condition of creates, so that they overwrite; the healthy one must take requests whose signature
/// is wrong then.
public final class FaultyS3 implements AutoCloseable {
  // hop by hop, or made anew for the request that is passed on
  private static final Set<String> OWN =
      Set.of("connection", "content-length", "expect", "transfer-encoding", "upgrade", "date");

  // the condition, and what the client of the JDK passes on only when it is told to
  private static final Set<String> CONDITION = Set.of("if-none-match", "host");

  private final URI healthy;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Random random;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile double errors;
  private volatile double throttled;
  private volatile boolean gone;
  private volatile boolean overlooks;

  public FaultyS3(URI healthy, long seed) throws IOException {
    this.healthy = healthy;
    this.random = new Random(seed);
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /// @param errors share of requests that are answered with 500, 0 to 1
  /// @param throttled share of requests that are answered with 503
  public void ail(double errors, double throttled) {
    this.errors = errors;
    this.throttled = throttled;
  }

  public void gone(boolean now) {
    gone = now;
  }

  /// From now on creates overwrite what is there.
  public void overlookConditions() {
    overlooks = true;
  }

  public long requests() {
    return requests.get();
  }

  /// Requests that got no true answer.
  public long refused() {
    return refused.get();
  }

  private double dice() {
    synchronized (random) {
      return random.nextDouble();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      requests.incrementAndGet();
      double dice = dice();
      if (gone) {
        refused.incrementAndGet();
      } else if (dice < errors / 2) {
        refuse(exchange, 500, "InternalError");
      } else if (dice < errors) {
        var _ = passOn(exchange, body);
        refuse(exchange, 500, "InternalError");
      } else if (dice < errors + throttled) {
        refuse(exchange, 503, "SlowDown");
      } else {
        HttpResponse<byte[]> answer = passOn(exchange, body);
        answer
            .headers()
            .map()
            .forEach(
                (name, values) -> {
                  if (!OWN.contains(name)) {
                    exchange.getResponseHeaders().put(name, values);
                  }
                });
        boolean head = exchange.getRequestMethod().equals("HEAD");
        answer
            .headers()
            .firstValue("content-length")
            .filter(_ -> head)
            .ifPresent(length -> exchange.getResponseHeaders().set("Content-Length", length));
        reply(exchange, answer.statusCode(), answer.body());
      }
    }
  }

  private HttpResponse<byte[]> passOn(HttpExchange exchange, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(healthy.resolve(exchange.getRequestURI().toString()))
            .method(
                exchange.getRequestMethod(),
                body.length == 0 && !exchange.getRequestMethod().startsWith("P")
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              String low = name.toLowerCase(Locale.ROOT);
              if (!OWN.contains(low) && !(overlooks && CONDITION.contains(low))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      return client.send(request.build(), BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void refuse(HttpExchange exchange, int status, String code) throws IOException {
    refused.incrementAndGet();
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    reply(
        exchange,
        status,
        ("<?xml version=\"1.0\"?><Error><Code>"
                + code
                + "</Code><Message>not well</Message></Error>")
            .getBytes(StandardCharsets.UTF_8));
  }

  private static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
    boolean bare = body.length == 0 || exchange.getRequestMethod().equals("HEAD") || status == 304;
    exchange.sendResponseHeaders(status, bare ? -1 : body.length);
    if (!bare) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
  }
}
