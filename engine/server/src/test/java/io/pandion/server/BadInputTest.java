package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.RequestHeaders;
import io.grpc.StatusRuntimeException;
import io.pandion.protocol.CheckHealthRequest;
import io.pandion.protocol.CollectionSchema;
import io.pandion.protocol.CreateAliasRequest;
import io.pandion.protocol.CreatePartitionRequest;
import io.pandion.protocol.DataType;
import io.pandion.protocol.GetLoadingProgressRequest;
import io.pandion.protocol.LoadCollectionRequest;
import io.pandion.protocol.MilvusServiceGrpc.MilvusServiceBlockingStub;
import io.pandion.protocol.QueryResults;
import io.pandion.protocol.ShowCollectionsRequest;
import io.pandion.protocol.Status;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every bad request gets the code that Milvus clients know and a message that names the object and
/// the value, changes nothing, and leaves the server healthy.
@SuppressWarnings("NullAway.Init") // the server starts before the tests
class BadInputTest {
  private static final int ROWS = 10;

  @TempDir static Path data;
  private static ServerProcess server;
  private static MilvusServiceBlockingStub stub;
  private static List<String> collections;

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.start("bad-input", data);
    stub =
        GrpcClients.builder("gproto+http://127.0.0.1:" + server.port())
            .responseTimeout(Duration.ofSeconds(60))
            .maxResponseMessageLength(1 << 28)
            .build(MilvusServiceBlockingStub.class);
    collection("bad", "FLAT");
    ok(
        stub.createPartition(
            CreatePartitionRequest.newBuilder()
                .setCollectionName("bad")
                .setPartitionName("extra")
                .build()));
    collection("graph", "HNSW");
    collection("unloaded", "FLAT");
    collection("plain", "");
    collection("aliased", "");
    ok(
        stub.createAlias(
            CreateAliasRequest.newBuilder().setCollectionName("aliased").setAlias("nick").build()));
    ok(
        stub.createCollection(
            Wire.create("auto", Wire.key("id").setAutoID(true), Wire.vector("vec", "4")).build()));
    ok(
        stub.createCollection(
            Wire.create("dynamic")
                .setSchema(
                    CollectionSchema.newBuilder()
                        .setName("dynamic")
                        .setEnableDynamicField(true)
                        .addFields(Wire.key("id"))
                        .addFields(Wire.vector("vec", "4"))
                        .build()
                        .toByteString())
                .build()));
    load("bad");
    load("graph");
    for (long key = 0; key < ROWS; key++) {
      ok(stub.insert(Wire.insert("bad", 1, BadWrites.row(key))).getStatus());
    }
    collections = names();
    assertThat(collections).hasSize(7);
  }

  private static void collection(String name, String index) {
    ok(
        stub.createCollection(
            Wire.create(
                    name,
                    Wire.key("id"),
                    Wire.field("tiny", DataType.Int8),
                    Wire.field("num", DataType.Int32),
                    Wire.field("big", DataType.Int64).setNullable(true),
                    Wire.text("name", "8"),
                    Wire.field("price", DataType.Float),
                    Wire.field("doc", DataType.JSON).setNullable(true),
                    Wire.vector("vec", Integer.toString(BadWrites.DIMENSION)))
                .build()));
    if (!index.isEmpty()) {
      ok(
          stub.createIndex(
              Wire.index(
                  name, "vec", "vec_index", Map.of("index_type", index, "metric_type", "L2"))));
    }
  }

  private static void load(String name) {
    ok(stub.loadCollection(LoadCollectionRequest.newBuilder().setCollectionName(name).build()));
    Poll.until(
        "load of " + name,
        () ->
            stub.getLoadingProgress(
                        GetLoadingProgressRequest.newBuilder().setCollectionName(name).build())
                    .getProgress()
                == 100);
  }

  private static void ok(Status status) {
    assertThat(status.getCode()).as(status.getReason()).isZero();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void nothing_was_written_and_the_server_is_healthy() {
    assertThat(server.alive()).isTrue();
    assertThat(stub.checkHealth(CheckHealthRequest.getDefaultInstance()).getIsHealthy()).isTrue();
    QueryResults count = stub.query(Wire.query("bad", "", "count(*)").build());
    ok(count.getStatus());
    assertThat(count.getFieldsData(0).getScalars().getLongData().getData(0)).isEqualTo(ROWS);
    assertThat(names()).isEqualTo(collections);
  }

  private static List<String> names() {
    return stub
        .showCollections(ShowCollectionsRequest.getDefaultInstance())
        .getCollectionNamesList()
        .stream()
        .sorted()
        .toList();
  }

  static List<BadRequest> requests() {
    return Stream.of(
            BadWrites.all(), BadReads.all(), BadCatalogRequests.all(), BadIndexRequests.all())
        .flatMap(List::stream)
        .toList();
  }

  @SuppressWarnings("deprecation") // older clients read the legacy code
  @ParameterizedTest
  @MethodSource("requests")
  void a_bad_request_is_refused_by_name(BadRequest request) {
    Status status = request.call().apply(stub);
    assertThat(status.getCode())
        .as("code for %s: %s", request, status.getReason())
        .isIn(request.codes());
    for (String fragment : request.fragments()) {
      assertThat(status.getReason().toLowerCase(Locale.ROOT))
          .as("message for %s", request)
          .contains(fragment.toLowerCase(Locale.ROOT));
    }
    assertThat(status.getErrorCodeValue()).as("legacy code for %s", request).isNotZero();
  }

  @Test
  void the_table_is_long_and_without_doubles() {
    assertThat(requests()).hasSizeGreaterThan(120);
    assertThat(requests().stream().map(BadRequest::what)).doesNotHaveDuplicates();
  }

  @Test
  void the_right_row_of_the_table_is_right() {
    ok(stub.upsert(Wire.upsert("bad", 1, BadWrites.row(3))).getStatus());
    ok(stub.search(Wire.search("bad", Map.of()).build()).getStatus());
  }

  @Test
  void bytes_that_are_no_message_are_refused() {
    for (byte[] message :
        List.of(
            new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 1},
            "not protobuf at all".getBytes(StandardCharsets.UTF_8),
            new byte[] {0x1a, 0x7f, 1})) {
      assertThat(grpcStatus("Insert", framed(message)))
          .as("grpc-status of a broken Insert")
          .isNotEqualTo("0");
    }
    assertThat(grpcStatus("Search", new byte[] {1, 2, 3})).isNotEqualTo("0");
    // gRPC clients read HTTP 404 as UNIMPLEMENTED
    assertThat(grpcStatus("NoSuchMethod", framed(new byte[0]))).isIn("12", "HTTP 404");
  }

  private static byte[] framed(byte[] message) {
    byte[] frame = new byte[message.length + 5];
    frame[4] = (byte) message.length;
    System.arraycopy(message, 0, frame, 5, message.length);
    return frame;
  }

  private static String grpcStatus(String method, byte[] body) {
    RequestHeaders headers =
        RequestHeaders.builder(HttpMethod.POST, "/milvus.proto.milvus.MilvusService/" + method)
            .add(HttpHeaderNames.CONTENT_TYPE, "application/grpc+proto")
            .add("te", "trailers")
            .build();
    AggregatedHttpResponse answer =
        WebClient.of("h2c://127.0.0.1:" + server.port())
            .execute(HttpRequest.of(headers, HttpData.wrap(body)))
            .aggregate()
            .join();
    String trailer = answer.trailers().get("grpc-status");
    return trailer != null
        ? trailer
        : answer.headers().get("grpc-status", "HTTP " + answer.status().code());
  }

  @Test
  void a_message_that_is_too_large_is_refused() {
    String[] text = {"x".repeat(80 << 20)};
    StatusRuntimeException refused =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                stub.insert(
                    Wire.insert(
                        "bad",
                        1,
                        Wire.with(BadWrites.row(99), "name", Wire.strings("name", text)))));
    assertThat(refused.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void a_connection_that_speaks_no_http_is_dropped() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write("\u0000\u0001\u0002 this is no HTTP\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
      byte[] answer = socket.getInputStream().readAllBytes();
      assertThat(new String(answer, StandardCharsets.UTF_8)).doesNotContain("200 OK");
    }
  }
}
