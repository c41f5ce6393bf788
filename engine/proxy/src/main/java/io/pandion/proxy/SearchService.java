package io.pandion.proxy;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.pandion.cluster.ReadPoint;
import io.pandion.cluster.SearchTimes;
import io.pandion.cluster.SearchTimes.Stage;
import io.pandion.index.VectorIndexTypes;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.model.AnswerSize;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.Keys;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.QueryVectors;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.protocol.IDs;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.SearchRequest;
import io.pandion.protocol.SearchResults;
import io.pandion.proxy.filter.FilterParser;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Vector search.
///
/// @param threads that searches run on
record SearchService(
    Catalog catalog,
    ShardReader reader,
    ReadPoints points,
    AnswerBudget budget,
    SearchTimes times,
    Executor threads) {
  void register(Calls calls) {
    calls.on(MilvusServiceGrpc.getSearchMethod(), threads, this::timed);
  }

  private SearchResults timed(SearchRequest request, String database) {
    var _ =
        ServiceRequestContext.current()
            .log()
            .whenComplete()
            .thenAccept(log -> times.answered(log.totalDurationNanos()));
    return search(request, database);
  }

  private SearchResults search(SearchRequest request, String database) {
    long begun = times.now();
    checkSupported(request);
    CollectionInfo collection = catalog.collection(database, request.getCollectionName());
    CollectionSchema schema = collection.schema();
    Set<Long> partitions =
        LoadChecks.partitions(catalog, collection, request.getPartitionNamesList());
    SearchParams params = SearchParams.parse(request.getSearchParamsList());
    FieldSchema field = vectorField(schema, params.vectorField());
    IndexInfo index = index(collection, field);
    Metric metric = metric(index, params.metric());
    VectorIndexTypes.of(index.type()).checkSearch(params.index(), params.limit() + params.offset());
    OutputFields output = OutputFields.of(schema, request.getOutputFieldsList(), false);
    Filter filter =
        FilterParser.parse(request.getDsl(), schema, request.getExprTemplateValuesMap());
    long planned = times.now();
    ReadPoint point = point(collection, request, params);
    long pointed = times.ended(Stage.POINT, planned);
    QueryVectors queries =
        request.hasIds()
            ? vectors(collection, field, request.getIds(), partitions, point)
            : SearchTargets.parse(field, request.getPlaceholderGroup());
    checkIterator(params, queries);
    SearchPlan plan =
        new SearchPlan(
            field.id(),
            metric,
            queries,
            params.limit() + params.offset(),
            filter,
            planParams(params, index),
            params.lower(metric),
            params.upper(metric),
            partitions,
            output.fetched());
    long rows = (long) plan.k() * queries.count();
    AnswerBudget.Part part = budget.take(AnswerBudget.most(collection, output.fields(), rows));
    long asked = times.now();
    times.took(Stage.PLAN, asked - begun - (pointed - planned));
    SearchResult found = reader.search(collection, plan, point);
    long gathered = times.ended(Stage.SHARDS, asked);
    part.keep(AnswerSize.of(found));
    SearchEncoder encoder = new SearchEncoder(collection, output, metric, params);
    SearchResults answer = encoder.encode(SearchEncoder.skip(found, params.offset()), this::token);
    times.ended(Stage.ENCODE, gathered);
    return answer;
  }

  private ReadPoint point(CollectionInfo collection, SearchRequest request, SearchParams params) {
    SearchParams.Iterator iterator = params.iterator();
    long snapshot = iterator == null ? 0 : iterator.snapshot();
    return points.of(
        collection,
        Math.max(request.getGuaranteeTimestamp(), snapshot),
        request.getConsistencyLevel(),
        request.getUseDefaultConsistency(),
        iterator != null);
  }

  /// The parameters of the index, and which it is: FLAT asks growing segments to be exact, too.
  private static Map<String, String> planParams(SearchParams params, IndexInfo index) {
    Map<String, String> out = new HashMap<>(params.index());
    out.put("index_type", index.type());
    return out;
  }

  private String token() {
    return Long.toString(catalog.coordinator().allocateTicks(1).first());
  }

  private static void checkSupported(SearchRequest request) {
    if (request.hasFunctionScore()) {
      throw PandionException.unsupported("function_score (rerankers) is not supported");
    }
    if (request.hasHighlighter()) {
      throw PandionException.unsupported("highlighter is not supported");
    }
    if (request.getSubReqsCount() > 0) {
      throw PandionException.unsupported("hybrid search (sub_reqs) is not supported");
    }
    if (!request.getNamespace().isEmpty()) {
      throw PandionException.unsupported("namespace is not supported");
    }
  }

  private static void checkIterator(SearchParams params, QueryVectors queries) {
    if (params.iterator() != null && (queries.count() != 1 || params.offset() != 0)) {
      throw PandionException.invalid(
          "a search iterator takes one vector and no offset; given "
              + queries.count()
              + " vectors and offset "
              + params.offset());
    }
  }

  static FieldSchema vectorField(CollectionSchema schema, String name) {
    if (!name.isEmpty()) {
      FieldSchema field = schema.field(name);
      if (!field.type().isVector()) {
        throw FieldChecks.bad(name, "anns_field must be a vector field, it is " + field.type());
      }
      return field;
    }
    List<FieldSchema> vectors = schema.fields().stream().filter(f -> f.type().isVector()).toList();
    if (vectors.size() != 1) {
      throw PandionException.invalid(
          "multiple anns_fields exist in collection '"
              + schema.name()
              + "', please specify an anns_field in search_params");
    }
    return vectors.getFirst();
  }

  private IndexInfo index(CollectionInfo collection, FieldSchema field) {
    return catalog.now().indexes(collection.id()).stream()
        .filter(i -> i.fieldId() == field.id())
        .findFirst()
        .orElseThrow(
            () ->
                PandionException.notFound(
                    PandionException.Subject.INDEX,
                    "index not found[collection="
                        + collection.name()
                        + "][field="
                        + field.name()
                        + "]"));
  }

  private static Metric metric(IndexInfo index, String given) {
    Metric metric = Metric.of(index.params().getOrDefault("metric_type", Metric.COSINE.name()));
    if (!given.isEmpty() && Metric.of(given) != metric) {
      throw PandionException.invalid(
          "metric type not match: invalid parameter[expected="
              + metric
              + "][actual="
              + given
              + "]");
    }
    return metric;
  }

  /// The vectors of the rows with these keys, in order of the request.
  private QueryVectors vectors(
      CollectionInfo collection,
      FieldSchema field,
      IDs ids,
      Set<Long> partitions,
      ReadPoint point) {
    FieldSchema key = collection.schema().primaryKey();
    List<?> wanted = wanted(key, ids);
    SearchTargets.checkCount(wanted.size());
    new AnswerSize("search by ids").add((long) Float.BYTES * wanted.size() * field.dimension());
    ColumnBuilder keys = ColumnBuilder.of(key);
    new LinkedHashSet<Object>(wanted).forEach(keys::add);
    QueryPlan plan =
        new QueryPlan(Filters.in(key, keys.build()), -1, false, partitions, List.of(field.id()));
    QueryResult rows = reader.query(collection, plan, point);
    Column.@Nullable FloatVectors found = (Column.FloatVectors) rows.fields().get(field.id());
    Map<Object, Integer> places = new HashMap<>();
    for (int row = 0; row < rows.keys().size(); row++) {
      places.put(Keys.of(rows.keys(), row), row);
    }
    float[] out = new float[wanted.size() * field.dimension()];
    for (int q = 0; q < wanted.size(); q++) {
      Integer row = places.get(wanted.get(q));
      if (row == null || found == null) {
        throw PandionException.invalid(
            "no row of collection '"
                + collection.name()
                + "' has the primary key "
                + wanted.get(q)
                + " that is searched by");
      }
      System.arraycopy(
          found.values(), row * field.dimension(), out, q * field.dimension(), field.dimension());
    }
    return new QueryVectors(out, field.dimension());
  }

  private static List<?> wanted(FieldSchema key, IDs ids) {
    boolean strings = key.type() == io.pandion.model.DataType.VARCHAR;
    if (strings ? ids.hasIntId() : ids.hasStrId()) {
      throw FieldChecks.bad(key.name(), "the ids to search by must be of type " + key.type());
    }
    return strings ? ids.getStrId().getDataList() : ids.getIntId().getDataList();
  }
}
