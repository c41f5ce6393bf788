package io.pandion.proxy;

import io.pandion.meta.CollectionInfo;
import io.pandion.model.Column;
import io.pandion.model.FieldSchema;
import io.pandion.model.Metric;
import io.pandion.model.SearchResult;
import io.pandion.protocol.SearchIteratorV2Results;
import io.pandion.protocol.SearchResultData;
import io.pandion.protocol.SearchResults;
import io.pandion.protocol.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Hits as Milvus answers them: those of all queries one after the other.
record SearchEncoder(
    CollectionInfo collection, OutputFields output, Metric metric, SearchParams params) {
  /// @param token makes one for a new iterator
  SearchResults encode(SearchResult found, Supplier<String> token) {
    FieldSchema key = collection.schema().primaryKey();
    SearchResultData.Builder out =
        SearchResultData.newBuilder()
            .setNumQueries(found.queries())
            .setIds(ResultEncoder.ids(found.keys()))
            .setPrimaryFieldName(key.name())
            .addAllOutputFields(output.names());
    long top = 0;
    for (int q = 0; q < found.queries(); q++) {
      int hits = found.from()[q + 1] - found.from()[q];
      out.addTopks(hits);
      top = Math.max(top, hits);
    }
    out.setTopK(top);
    for (float score : found.scores()) {
      out.addScores(rounded(metric.toClient(score)));
    }
    for (FieldSchema field : output.fields()) {
      Column column =
          field.primaryKey()
              ? found.keys()
              : java.util.Objects.requireNonNull(found.fields().get(field.id()));
      out.addFieldsData(ResultEncoder.field(field, column, output.dynamicKeys()));
    }
    SearchParams.Iterator iterator = params.iterator();
    if (iterator != null) {
      out.setSearchIteratorV2Results(next(iterator, found, token));
    }
    return SearchResults.newBuilder()
        .setStatus(Status.getDefaultInstance())
        .setResults(out)
        .setCollectionName(collection.name())
        .setSessionTs(found.readAt())
        .build();
  }

  private SearchIteratorV2Results next(
      SearchParams.Iterator iterator, SearchResult found, Supplier<String> token) {
    SearchIteratorV2Results.Builder out =
        SearchIteratorV2Results.newBuilder()
            .setToken(iterator.token().isEmpty() ? token.get() : iterator.token());
    int hits = found.scores().length;
    if (hits > 0) {
      out.setLastBound(metric.toClient(found.scores()[hits - 1]));
    } else if (iterator.lastBound() != null) {
      out.setLastBound(iterator.lastBound());
    }
    return out.build();
  }

  private float rounded(float score) {
    if (params.decimals() < 0) {
      return score;
    }
    double scale = Math.pow(10, params.decimals());
    return (float) (Math.floor(score * scale + 0.5) / scale);
  }

  /// The result without the first `offset` hits of each query.
  static SearchResult skip(SearchResult found, int offset) {
    if (offset == 0) {
      return found;
    }
    int[] from = new int[found.queries() + 1];
    IntStream.Builder kept = IntStream.builder();
    int count = 0;
    for (int q = 0; q < found.queries(); q++) {
      for (int hit = found.from()[q] + offset; hit < found.from()[q + 1]; hit++) {
        kept.add(hit);
        count++;
      }
      from[q + 1] = count;
    }
    int[] hits = kept.build().toArray();
    float[] scores = new float[hits.length];
    for (int i = 0; i < hits.length; i++) {
      scores[i] = found.scores()[hits[i]];
    }
    Map<Long, Column> fields = new LinkedHashMap<>();
    found.fields().forEach((id, column) -> fields.put(id, column.select(hits, hits.length)));
    return new SearchResult(
        from, scores, found.keys().select(hits, hits.length), fields, found.readAt());
  }
}
