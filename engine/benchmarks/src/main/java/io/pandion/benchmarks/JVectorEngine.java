package io.pandion.benchmarks;

import io.github.jbellis.jvector.disk.ReaderSupplierFactory;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndex;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import io.pandion.index.AcceptRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// JVector over floats, M 16 and beam 200, its graph on disk and its vectors in memory.
final class JVectorEngine implements Engine {
  private static final VectorTypeSupport TYPES =
      VectorizationProvider.getInstance().getVectorTypeSupport();

  private @Nullable OnDiskGraphIndex graph;
  private @Nullable RandomAccessVectorValues vectors;

  @Override
  public void build(DataSet set, Path folder) throws IOException {
    RandomAccessVectorValues values = values(set);
    try (GraphIndexBuilder builder =
        GraphIndexBuilder.builder(values, VectorSimilarityFunction.DOT_PRODUCT, 16)
            .withBeamWidth(200)
            .withNeighborOverflow(1.2f)
            .withAlpha(1.2f)
            .build()) {
      Path file = folder.resolve("jvector.idx");
      Files.deleteIfExists(file);
      OnDiskGraphIndex.write(builder.build(values), values, file);
    }
  }

  @Override
  public void open(DataSet set, Path folder) throws IOException {
    graph = OnDiskGraphIndex.load(ReaderSupplierFactory.open(folder.resolve("jvector.idx")));
    vectors = values(set);
  }

  private static RandomAccessVectorValues values(DataSet set) throws IOException {
    List<VectorFloat<?>> list = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      for (float[] vector : set.baseVectors(arena)) {
        list.add(TYPES.createFloatVector(vector));
      }
    }
    return new ListRandomAccessVectorValues(list, set.dimension());
  }

  @Override
  public Searcher searcher() {
    OnDiskGraphIndex opened = graph;
    RandomAccessVectorValues values = vectors;
    if (opened == null || values == null) {
      throw new IllegalStateException("not opened");
    }
    GraphSearcher searcher = new GraphSearcher(opened);
    return (queries, point, accept, found) -> {
      int ef = Integer.parseInt(point.getOrDefault("ef", "64"));
      Bits bits = accept == null ? Bits.ALL : bits(accept);
      for (int i = 0; i < queries.length; i++) {
        int k = found[i].length;
        var scores =
            DefaultSearchScoreProvider.exact(
                TYPES.createFloatVector(queries[i]), VectorSimilarityFunction.DOT_PRODUCT, values);
        SearchResult result = searcher.search(scores, k, Math.max(k, ef), 0f, 0f, bits);
        Arrays.fill(found[i], -1);
        for (int j = 0; j < Math.min(k, result.getNodes().length); j++) {
          found[i][j] = result.getNodes()[j].node;
        }
      }
    };
  }

  private static Bits bits(AcceptRows accept) {
    return accept::accepts;
  }
}
