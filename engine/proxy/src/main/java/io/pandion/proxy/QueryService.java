package io.pandion.proxy;

import io.pandion.cluster.ReadPoint;
import io.pandion.meta.CollectionInfo;
import io.pandion.model.AnswerSize;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.QueryRequest;
import io.pandion.protocol.QueryResults;
import io.pandion.proxy.filter.FilterParser;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Queries by filter: rows in order of the primary key, or their number. A query iterator is a
/// query with a limit whose filter begins after the last key of the page before.
record QueryService(Catalog catalog, ShardReader reader, ReadPoints points, AnswerBudget budget) {
  private static final long UNLIMITED = -1;
  private static final Set<String> REFUSED = Set.of("order_by_fields", "group_by_fields");

  void register(Calls calls) {
    calls.on(MilvusServiceGrpc.getQueryMethod(), this::query);
  }

  private QueryResults query(QueryRequest request, String database) {
    if (!request.getNamespace().isEmpty()) {
      throw PandionException.unsupported("namespace is not supported");
    }
    CollectionInfo collection = catalog.collection(database, request.getCollectionName());
    CollectionSchema schema = collection.schema();
    Set<Long> partitions =
        LoadChecks.partitions(catalog, collection, request.getPartitionNamesList());
    Filter filter =
        FilterParser.parse(request.getExpr(), schema, request.getExprTemplateValuesMap());
    boolean count = isCount(request.getOutputFieldsList());
    Map<String, String> params = Catalog.map(request.getQueryParamsList());
    Page page = Page.parse(params);
    if (count && page.limit() != UNLIMITED) {
      throw PandionException.invalid("count entities with pagination is not allowed");
    }
    if (!count && filter == null && page.limit() == UNLIMITED) {
      throw PandionException.invalid("empty expression should be used with limit");
    }
    OutputFields output =
        OutputFields.of(schema, count ? List.of() : request.getOutputFieldsList(), true);
    ReadPoint point =
        points.of(
            collection,
            request.getGuaranteeTimestamp(),
            request.getConsistencyLevel(),
            request.getUseDefaultConsistency(),
            SearchParams.flag(params, "iterator"));
    QueryPlan plan =
        new QueryPlan(
            filter, page.window(), count, partitions, count ? List.of() : output.fetched());
    if (count) {
      return encode(collection, output, reader.query(collection, plan, point), true, 0);
    }
    long rows = page.limit() == UNLIMITED ? named(schema, filter) : page.window();
    AnswerBudget.Part part = budget.take(AnswerBudget.most(collection, output.fields(), rows));
    QueryResult found = reader.query(collection, plan, point);
    part.keep(AnswerSize.of(found));
    return encode(collection, output, found, false, page.offset());
  }

  /// How many rows a filter names by their keys, or -1.
  private static long named(CollectionSchema schema, @Nullable Filter filter) {
    Column keys = filter == null ? null : Filters.keys(schema, filter);
    return keys == null ? UNLIMITED : keys.size();
  }

  private static QueryResults encode(
      CollectionInfo collection, OutputFields output, QueryResult found, boolean count, int skip) {
    QueryResults.Builder out =
        QueryResults.newBuilder()
            .setCollectionName(collection.name())
            .setSessionTs(found.readAt())
            .setPrimaryFieldName(collection.schema().primaryKey().name());
    if (count) {
      return out.addFieldsData(ResultEncoder.count(found.count()))
          .addOutputFields("count(*)")
          .build();
    }
    for (FieldSchema field : output.fields()) {
      Column column =
          field.primaryKey()
              ? found.keys()
              : java.util.Objects.requireNonNull(found.fields().get(field.id()));
      out.addFieldsData(ResultEncoder.field(field, skip(column, skip), output.dynamicKeys()));
    }
    return out.addAllOutputFields(output.names()).build();
  }

  private static Column skip(Column column, int rows) {
    if (rows == 0) {
      return column;
    }
    int[] rest = IntStream.range(Math.min(rows, column.size()), column.size()).toArray();
    return column.select(rest, rest.length);
  }

  private static boolean isCount(List<String> output) {
    return output.size() == 1
        && output.getFirst().strip().toLowerCase(Locale.ROOT).equals("count(*)");
  }

  /// Which part of the rows is wanted.
  ///
  /// @param limit -1 = all
  private record Page(long limit, int offset) {
    static Page parse(Map<String, String> params) {
      for (String name : REFUSED) {
        if (!params.getOrDefault(name, "").isEmpty()) {
          throw PandionException.unsupported("query parameter '" + name + "' is not supported");
        }
      }
      long limit = SearchParams.number(params, "limit", UNLIMITED);
      long offset = SearchParams.number(params, "offset", 0);
      if (limit == UNLIMITED) {
        if (offset != 0) {
          throw PandionException.invalid("offset [" + offset + "] is given without a limit");
        }
        return new Page(UNLIMITED, 0);
      }
      long max = SearchParams.MAX_WINDOW;
      if (limit < 1 || limit > max || offset < 0 || offset > max || limit + offset > max) {
        throw PandionException.invalid(
            "invalid max query result window, (offset+limit) should be in range [1, "
                + SearchParams.MAX_WINDOW
                + "], but got limit "
                + limit
                + ", offset "
                + offset);
      }
      return new Page(limit, (int) offset);
    }

    long window() {
      return limit == UNLIMITED ? UNLIMITED : limit + offset;
    }
  }
}
