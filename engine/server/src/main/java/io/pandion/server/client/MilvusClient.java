package io.pandion.server.client;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.protocol.BoolResponse;
import io.pandion.protocol.CollectionSchema;
import io.pandion.protocol.ConsistencyLevel;
import io.pandion.protocol.CreateCollectionRequest;
import io.pandion.protocol.CreateIndexRequest;
import io.pandion.protocol.DeleteRequest;
import io.pandion.protocol.DescribeIndexRequest;
import io.pandion.protocol.DescribeIndexResponse;
import io.pandion.protocol.DropCollectionRequest;
import io.pandion.protocol.DslType;
import io.pandion.protocol.FlushRequest;
import io.pandion.protocol.FlushResponse;
import io.pandion.protocol.GetFlushStateRequest;
import io.pandion.protocol.GetFlushStateResponse;
import io.pandion.protocol.GetLoadStateRequest;
import io.pandion.protocol.GetLoadStateResponse;
import io.pandion.protocol.GetVersionRequest;
import io.pandion.protocol.GetVersionResponse;
import io.pandion.protocol.HasCollectionRequest;
import io.pandion.protocol.IndexDescription;
import io.pandion.protocol.InsertRequest;
import io.pandion.protocol.LoadCollectionRequest;
import io.pandion.protocol.LoadState;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.MutationResult;
import io.pandion.protocol.QueryRequest;
import io.pandion.protocol.QueryResults;
import io.pandion.protocol.ReleaseCollectionRequest;
import io.pandion.protocol.SearchRequest;
import io.pandion.protocol.SearchResultData;
import io.pandion.protocol.SearchResults;
import io.pandion.protocol.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// A client of the Milvus protocol: what quickstart and bench need, over one connection. Calls
/// block; any number of threads. Programs use a Milvus SDK instead.
///
/// Every call throws PandionException with the server's own words when it refuses.
public final class MilvusClient implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 256 << 20;
  private static final Duration POLL = Duration.ofMillis(20);

  private final String address;
  private final ManagedChannel channel;
  private final MilvusServiceGrpc.MilvusServiceBlockingStub stub;

  public MilvusClient(String host, int port) {
    address = host + ":" + port;
    channel =
        NettyChannelBuilder.forAddress(host, port)
            .usePlaintext()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    stub = MilvusServiceGrpc.newBlockingStub(channel);
  }

  public String address() {
    return address;
  }

  /// The server's version.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when nobody answers in time
  public String version(Duration within) {
    try {
      GetVersionResponse answer =
          stub.withDeadlineAfter(within.toMillis(), TimeUnit.MILLISECONDS)
              .getVersion(GetVersionRequest.getDefaultInstance());
      check("version", answer.getStatus());
      return answer.getVersion();
    } catch (StatusRuntimeException e) {
      throw new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.NONE,
          "no server answers on " + address + " (" + e.getStatus().getCode() + ")",
          e);
    }
  }

  public boolean hasCollection(String name) {
    BoolResponse answer =
        stub.hasCollection(HasCollectionRequest.newBuilder().setCollectionName(name).build());
    return answer.getStatus().getCode() == 0 && answer.getValue();
  }

  public void dropCollection(String name) {
    check(
        "release " + name,
        stub.releaseCollection(
            ReleaseCollectionRequest.newBuilder().setCollectionName(name).build()));
    check(
        "drop " + name,
        stub.dropCollection(DropCollectionRequest.newBuilder().setCollectionName(name).build()));
  }

  /// A collection with one shard whose fields are these columns.
  ///
  /// @param key name of the primary key
  public void createCollection(String name, String key, Map<String, Column> columns) {
    CollectionSchema.Builder schema = CollectionSchema.newBuilder().setName(name);
    columns.forEach(
        (field, column) -> schema.addFields(Wire.schema(field, column, field.equals(key))));
    check(
        "create " + name,
        stub.createCollection(
            CreateCollectionRequest.newBuilder()
                .setCollectionName(name)
                .setSchema(schema.build().toByteString())
                .setShardsNum(1)
                .setConsistencyLevel(ConsistencyLevel.Strong)
                .build()));
  }

  /// Inserts rows `from` to before `to`; returns when they are durable.
  public void insert(String collection, Map<String, Column> columns, int from, int to) {
    InsertRequest.Builder request =
        InsertRequest.newBuilder().setCollectionName(collection).setNumRows(to - from);
    columns.forEach((name, column) -> request.addFieldsData(Wire.field(name, column, from, to)));
    MutationResult answer = stub.insert(request.build());
    check("insert into " + collection, answer.getStatus());
    if (answer.getInsertCnt() != to - from) {
      throw new PandionException(
          PandionException.Reason.INTERNAL,
          PandionException.Subject.COLLECTION,
          "sent "
              + (to - from)
              + " rows to '"
              + collection
              + "', the server took "
              + answer.getInsertCnt());
    }
  }

  public void delete(String collection, String filter) {
    check(
        "delete from " + collection,
        stub.delete(
                DeleteRequest.newBuilder().setCollectionName(collection).setExpr(filter).build())
            .getStatus());
  }

  /// @param params as `index_type`, `metric_type`, `M` …
  public void createIndex(String collection, String field, Map<String, String> params) {
    CreateIndexRequest.Builder request =
        CreateIndexRequest.newBuilder()
            .setCollectionName(collection)
            .setFieldName(field)
            .setIndexName(field);
    params.forEach((key, value) -> request.addExtraParams(Wire.pair(key, value)));
    check("index " + collection + "." + field, stub.createIndex(request.build()));
  }

  /// How far the first index of a collection is: all rows in files are in it.
  public IndexState index(String collection) {
    DescribeIndexResponse answer =
        stub.describeIndex(DescribeIndexRequest.newBuilder().setCollectionName(collection).build());
    check("index of " + collection, answer.getStatus());
    IndexDescription index = answer.getIndexDescriptions(0);
    if (index.getState() == io.pandion.protocol.IndexState.Failed) {
      throw new PandionException(
          PandionException.Reason.INTERNAL,
          PandionException.Subject.INDEX,
          "the index of '" + collection + "' failed: " + index.getIndexStateFailReason());
    }
    return new IndexState(
        index.getIndexedRows(), index.getTotalRows(), index.getPendingIndexRows());
  }

  /// Rows in an index, of how many.
  public record IndexState(long indexed, long total, long pending) {
    public boolean covers(long rows) {
      return indexed >= rows && pending == 0;
    }
  }

  /// Loads a collection and waits until it can be searched.
  public void load(String collection, Duration within) {
    check(
        "load " + collection,
        stub.loadCollection(
            LoadCollectionRequest.newBuilder()
                .setCollectionName(collection)
                .setReplicaNumber(1)
                .build()));
    GetLoadStateRequest request =
        GetLoadStateRequest.newBuilder().setCollectionName(collection).build();
    await(
        "the load of '" + collection + "'",
        within,
        () -> {
          GetLoadStateResponse answer = stub.getLoadState(request);
          check("load state of " + collection, answer.getStatus());
          return answer.getState() == LoadState.LoadStateLoaded;
        });
  }

  /// Writes everything inserted so far to files and waits until it is there.
  public void flush(String collection, Duration within) {
    FlushResponse flush =
        stub.flush(FlushRequest.newBuilder().addCollectionNames(collection).build());
    check("flush " + collection, flush.getStatus());
    GetFlushStateRequest request =
        GetFlushStateRequest.newBuilder()
            .setCollectionName(collection)
            .addAllSegmentIDs(
                flush
                    .getCollSegIDsOrDefault(
                        collection, io.pandion.protocol.LongArray.getDefaultInstance())
                    .getDataList())
            .setFlushTs(flush.getCollFlushTsOrDefault(collection, 0))
            .build();
    await(
        "the flush of '" + collection + "'",
        within,
        () -> {
          GetFlushStateResponse answer = stub.getFlushState(request);
          check("flush state of " + collection, answer.getStatus());
          return answer.getFlushed();
        });
  }

  /// The nearest rows to a vector.
  ///
  /// @param filter as in `length < 6`, or empty
  /// @param params of the index, such as `{"ef": 64}`
  /// @param output fields to return
  public List<Hit> search(
      String collection,
      String field,
      float[] vector,
      int k,
      String metric,
      String params,
      String filter,
      List<String> output) {
    return search(collection, field, List.of(vector), k, metric, params, filter, output).getFirst();
  }

  /// The nearest rows to each of several vectors, in one call.
  public List<List<Hit>> search(
      String collection,
      String field,
      List<float[]> vectors,
      int k,
      String metric,
      String params,
      String filter,
      List<String> output) {
    SearchResults answer =
        stub.search(searchRequest(collection, field, vectors, k, metric, params, filter, output));
    check("search in " + collection, answer.getStatus());
    List<List<Hit>> all = new ArrayList<>();
    int from = 0;
    for (long hits : answer.getResults().getTopksList()) {
      all.add(hits(answer.getResults(), from, from + Math.toIntExact(hits), output));
      from += Math.toIntExact(hits);
    }
    return all;
  }

  private static List<Hit> hits(SearchResultData data, int from, int to, List<String> output) {
    List<Hit> hits = new ArrayList<>();
    for (int row = from; row < to; row++) {
      List<Object> values = new ArrayList<>();
      for (String name : output) {
        for (io.pandion.protocol.FieldData column : data.getFieldsDataList()) {
          if (column.getFieldName().equals(name)) {
            values.add(Wire.value(column, row));
          }
        }
      }
      hits.add(new Hit(data.getIds().getIntId().getData(row), data.getScores(row), values));
    }
    return hits;
  }

  private static SearchRequest searchRequest(
      String collection,
      String field,
      List<float[]> vectors,
      int k,
      String metric,
      String params,
      String filter,
      List<String> output) {
    return SearchRequest.newBuilder()
        .setCollectionName(collection)
        .setDsl(filter)
        .setDslType(DslType.BoolExprV1)
        .setPlaceholderGroup(Wire.placeholder(vectors))
        .setNq(vectors.size())
        .addAllOutputFields(output)
        .addSearchParams(Wire.pair("anns_field", field))
        .addSearchParams(Wire.pair("topk", Integer.toString(k)))
        .addSearchParams(Wire.pair("metric_type", metric))
        .addSearchParams(Wire.pair("params", params))
        .addSearchParams(Wire.pair("round_decimal", "-1"))
        .setConsistencyLevel(ConsistencyLevel.Strong)
        .build();
  }

  /// count(*), at this moment.
  public long count(String collection) {
    QueryResults answer =
        stub.query(
            QueryRequest.newBuilder()
                .setCollectionName(collection)
                .addOutputFields("count(*)")
                .setConsistencyLevel(ConsistencyLevel.Strong)
                .build());
    check("count " + collection, answer.getStatus());
    return answer.getFieldsData(0).getScalars().getLongData().getData(0);
  }

  /// Asks again and again until something holds.
  ///
  /// @throws PandionException DEADLINE_EXCEEDED
  public static void await(String what, Duration within, BooleanSupplier condition) {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new PandionException(
            PandionException.Reason.DEADLINE_EXCEEDED,
            PandionException.Subject.NONE,
            what + " took longer than " + within.toSeconds() + " s");
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private void check(String what, Status status) {
    if (status.getCode() != 0) {
      throw new PandionException(
          PandionException.Reason.INVALID_REQUEST,
          PandionException.Subject.NONE,
          what
              + ": the server on "
              + address
              + " answers "
              + status.getReason()
              + " (code "
              + status.getCode()
              + ")");
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
