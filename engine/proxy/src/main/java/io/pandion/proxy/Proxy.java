package io.pandion.proxy;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.healthcheck.HealthCheckService;
import io.pandion.cluster.Coordinator;
import io.pandion.cluster.SearchTimes;
import io.pandion.cluster.SearchTimes.Stage;
import io.pandion.cluster.StreamingNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Speaks the Milvus protocol and that of operators on one port, and answers `/healthz` there (200
/// while it serves, 503 while it stops) and `/metrics`. `start` and `close` from one thread.
public final class Proxy implements AutoCloseable {
  /// The part of the heap that answers in flight may take.
  private static final int ANSWERS_PART = 4;

  private static final int SEARCHES_PER_CORE = 8;

  private static final MediaType PROMETHEUS =
      MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

  private static final Duration ANSWERS_WAIT = Duration.ofSeconds(10);

  private final ProxySettings settings;
  private final Calls calls;
  private final AdminService admin;
  private final SearchTimes times;
  private final Supplier<String> metrics;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /// Searches are work for a processor and reuse what a thread has allocated: they have platform
  /// threads, so that one in the same process is done by one thread from its request to its answer.
  /// When all of them are busy or wait, virtual threads help out.
  private final ThreadPoolExecutor searches =
      new ThreadPoolExecutor(
          0,
          SEARCHES_PER_CORE * Runtime.getRuntime().availableProcessors(),
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().name("search-call-", 0).daemon().factory(),
          (call, _) -> executor.execute(call));

  private @Nullable Server server;

  /// @param owners the streaming node that serves a vchannel
  /// @param clock milliseconds since 1970
  /// @param times where the time of searches goes
  /// @param metrics of this process, as Prometheus reads them
  public Proxy(
      Coordinator coordinator,
      Function<String, StreamingNode> owners,
      ProxySettings settings,
      LongSupplier clock,
      SearchTimes times,
      Supplier<String> metrics) {
    this.settings = settings;
    this.times = times;
    this.metrics = metrics;
    this.calls = new Calls(executor);
    this.admin = new AdminService(coordinator, executor);
    Catalog catalog = new Catalog(coordinator);
    new ConnectionService(catalog, settings).register(calls);
    new CollectionService(catalog).register(calls);
    new CollectionDescriptions(catalog).register(calls);
    new IndexService(catalog).register(calls);
    new LoadService(catalog).register(calls);
    new FlushService(catalog).register(calls);
    new SegmentService(catalog, owners).register(calls);
    FanOut fanOut = new FanOut(executor);
    ShardReader reader = new ShardReader(fanOut, owners, coordinator::loadProgress);
    AnswerBudget budget =
        new AnswerBudget(Runtime.getRuntime().maxMemory() / ANSWERS_PART, ANSWERS_WAIT);
    ReadPoints points = new ReadPoints(coordinator, clock);
    new WriteService(catalog, new ShardWriter(fanOut, owners), reader, points).register(calls);
    new SearchService(catalog, reader, points, budget, times, this::search).register(calls);
    new QueryService(catalog, reader, points, budget).register(calls);
  }

  private void search(Runnable call) {
    long asked = times.now();
    searches.execute(
        () -> {
          times.ended(Stage.START, asked);
          call.run();
        });
  }

  /// Listens.
  ///
  /// @param port 0 = any free one
  /// @return the port
  public int start(int port) {
    Server started =
        Server.builder()
            .http(new InetSocketAddress(settings.host(), port))
            .requestTimeoutMillis(0)
            .idleTimeout(settings.idleTimeout())
            // no limit but that of a message, which answers RESOURCE_EXHAUSTED and not HTTP 413
            .maxRequestLength(0)
            .gracefulShutdownTimeout(Duration.ofMillis(200), Duration.ofSeconds(10))
            .service("/healthz", HealthCheckService.of())
            .service(
                "/metrics",
                (_, _) ->
                    HttpResponse.of(
                        () -> HttpResponse.of(HttpStatus.OK, PROMETHEUS, metrics.get()), executor))
            .service(
                GrpcService.builder()
                    .addService(calls.service())
                    .addService(admin)
                    .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                    .maxRequestMessageLength(settings.maxMessageBytes())
                    .build())
            .build();
    started.start().join();
    server = started;
    return started.activeLocalPort();
  }

  /// Refuses new calls, waits for running ones, closes the port.
  @Override
  public void close() {
    Server running = server;
    if (running != null) {
      running.stop().join();
      server = null;
    }
    searches.close();
    executor.close();
  }
}
