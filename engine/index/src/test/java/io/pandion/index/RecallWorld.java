package io.pandion.index;

import io.pandion.index.binary.BinaryIndex;
import io.pandion.index.binary.BinaryIndexType;
import io.pandion.index.binary.BinaryMetric;
import io.pandion.index.binary.BinaryRows;
import io.pandion.index.binary.BinaryScan;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.index.sparse.SparseIndex;
import io.pandion.index.sparse.SparseIndexType;
import io.pandion.index.sparse.SparseRows;
import io.pandion.index.sparse.SparseScan;
import io.pandion.index.sparse.SparseVector;
import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Clustered rows of one kind, queries that are not among them, and their scores computed in the
/// plainest way.
abstract class RecallWorld {
  static final int ROWS = 6_000;
  static final int QUERIES = 25;
  private static final int CHUNK = 1_000;

  /// Something that is searched.
  interface Searched {
    void search(int query, VectorSearch search, TopK into);

    /// Rows that have no index are iterated by searching them.
    default VectorIteration iterate(int query, VectorSearch search) {
      return new ExactIteration(search, ROWS, (wider, into) -> search(query, wider, into));
    }
  }

  private record Built<Q>(List<Q> queries, Search<Q> search, Iterate<Q> iterate)
      implements Searched {
    interface Search<Q> {
      void search(Q query, VectorSearch search, TopK into);
    }

    interface Iterate<Q> {
      VectorIteration iterate(Q query, VectorSearch search);
    }

    @Override
    public void search(int query, VectorSearch search, TopK into) {
      this.search.search(queries.get(query), search, into);
    }

    @Override
    public VectorIteration iterate(int query, VectorSearch search) {
      return iterate.iterate(queries.get(query), search);
    }
  }

  /// The score of a row, NaN when it is never found.
  abstract double score(String metric, int query, int row);

  /// Builds an index file.
  abstract void build(RecallTable.Line line, Path file) throws IOException;

  abstract Searched open(RecallTable.Line line, MemorySegment file);

  /// Rows that have no index yet.
  abstract Searched growing(RecallTable.Line line);

  static RecallWorld of(RecallTable.Kind kind) {
    Random random = TestVectors.random();
    return switch (kind) {
      case FLOATS -> new Floats(random, false);
      case BYTES -> new Floats(random, true);
      case BITS -> new Bits(random);
      case SPARSE -> new Sparse(random);
    };
  }

  private static final class Floats extends RecallWorld {
    private static final int DIMENSION = 32;
    private final float[][] queries;
    private final float[][] vectors;
    private final VectorRows rows;

    /// @param bytes whether the vectors are rounded to bytes
    Floats(Random random, boolean bytes) {
      float[][] all = TestVectors.clustered(random, ROWS + QUERIES, DIMENSION, 80);
      if (bytes) {
        Arrays.setAll(all, i -> TestVectors.rounded(all[i]));
      }
      this.vectors = Arrays.copyOf(all, ROWS);
      this.queries = Arrays.copyOfRange(all, ROWS, all.length);
      this.rows =
          bytes ? TestVectors.bytes(vectors, DIMENSION) : TestVectors.rows(vectors, DIMENSION);
    }

    @Override
    double score(String metric, int query, int row) {
      return TestVectors.score(Metric.valueOf(metric), queries[query], vectors[row]);
    }

    @Override
    void build(RecallTable.Line line, Path file) throws IOException {
      VectorIndexType type = VectorIndexTypes.of(line.type());
      type.check(line.build(), DIMENSION);
      type.checkSearch(line.search(), 10);
      type.build(rows, Metric.valueOf(line.metric()), line.build(), 7, file);
    }

    @Override
    Searched open(RecallTable.Line line, MemorySegment file) {
      VectorIndex index =
          VectorIndexTypes.of(line.type()).open(file, rows, Metric.valueOf(line.metric()));
      return new Built<>(
          List.of(queries),
          (query, search, into) -> index.search(query, 0, search, into),
          (query, search) -> index.iterate(query, 0, search));
    }

    @Override
    Searched growing(RecallTable.Line line) {
      Metric metric = Metric.valueOf(line.metric());
      float[] norms = InverseNorms.of(rows);
      if (line.type().equals("GROWING_GRAPH")) {
        FlatIndex floats = new FlatIndex(rows, metric);
        GrowingGraph graph = new GrowingGraph(part(0, CHUNK), metric, 7, floats::scores);
        for (int row = 0; row < ROWS; row++) {
          graph.add(rows, row);
        }
        return new Built<>(
            List.of(queries),
            (query, search, into) -> {
              if (!graph.search(query, 0, search, ROWS, into)) {
                floats.search(query, 0, search, into);
              }
            },
            (query, search) ->
                graph.iterate(
                    query, 0, search, ROWS, left -> floats.iterate(query, 0, search.among(left))));
      }
      return (query, search, into) -> {
        for (int from = 0; from < ROWS; from += CHUNK) {
          FlatScan.search(
              VectorKernel.chosen(),
              part(from, CHUNK),
              from,
              Arrays.copyOfRange(norms, from, from + CHUNK),
              metric,
              queries[query],
              0,
              search,
              into);
        }
      };
    }

    private VectorRows part(int from, int count) {
      MemorySegment data = rows.data().asSlice(rows.offset(from), rows.offset(count));
      return rows instanceof FloatRows
          ? new FloatRows(data, count, DIMENSION, rows.strideBytes())
          : new Int8Rows(data, count, DIMENSION, rows.strideBytes());
    }
  }

  private static final class Bits extends RecallWorld {
    private static final int DIMENSION = 200;
    private final byte[][] queries = new byte[QUERIES][];
    private final byte[][] vectors = new byte[ROWS][];
    private final BinaryRows rows;

    /// Vectors around random middles, one bit in eight flipped.
    Bits(Random random) {
      byte[][] middles = new byte[80][DIMENSION / 8];
      for (byte[] middle : middles) {
        random.nextBytes(middle);
      }
      int stride = BinaryRows.stride(DIMENSION);
      MemorySegment data = Arena.ofAuto().allocate((long) ROWS * stride, 64);
      for (int i = 0; i < ROWS + QUERIES; i++) {
        byte[] vector = middles[random.nextInt(middles.length)].clone();
        for (int flip = 0; flip < DIMENSION / 8; flip++) {
          vector[random.nextInt(vector.length)] ^= (byte) (1 << random.nextInt(8));
        }
        if (i < ROWS) {
          vectors[i] = vector;
          MemorySegment.copy(
              vector, 0, data, ValueLayout.JAVA_BYTE, (long) i * stride, vector.length);
        } else {
          queries[i - ROWS] = vector;
        }
      }
      this.rows = new BinaryRows(data, ROWS, DIMENSION, stride);
    }

    @Override
    double score(String metric, int query, int row) {
      BitSet both = BitSet.valueOf(queries[query]);
      BitSet either = (BitSet) both.clone();
      both.and(BitSet.valueOf(vectors[row]));
      either.or(BitSet.valueOf(vectors[row]));
      return metric.equals("HAMMING")
          ? both.cardinality() - either.cardinality()
          : (double) both.cardinality() / either.cardinality() - 1;
    }

    @Override
    void build(RecallTable.Line line, Path file) throws IOException {
      BinaryIndexType type = BinaryIndexType.of(line.type());
      type.check(line.build());
      type.checkSearch(line.search());
      type.build(rows, BinaryMetric.of(line.metric()), line.build(), 7, 1, file);
    }

    @Override
    Searched open(RecallTable.Line line, MemorySegment file) {
      BinaryIndex index =
          BinaryIndexType.of(line.type()).open(file, rows, BinaryMetric.of(line.metric()));
      return new Built<>(
          List.of(queries),
          (query, search, into) -> index.search(query, 0, search, into),
          (query, search) -> index.iterate(query, 0, search));
    }

    @Override
    Searched growing(RecallTable.Line line) {
      BinaryMetric metric = BinaryMetric.of(line.metric());
      return (query, search, into) -> {
        for (int from = 0; from < ROWS; from += CHUNK) {
          MemorySegment data = rows.data().asSlice(rows.offset(from), rows.offset(CHUNK));
          BinaryRows chunk = new BinaryRows(data, CHUNK, DIMENSION, rows.strideBytes());
          BinaryScan.search(chunk, from, metric, queries[query], 0, search, into);
        }
      };
    }
  }

  private static final class Sparse extends RecallWorld {
    private final SparseVector[] queries = new SparseVector[QUERIES];
    private final SparseVector[] vectors = new SparseVector[ROWS];
    private final SparseRows rows = new SparseRows();

    Sparse(Random random) {
      for (int row = 0; row < ROWS; row++) {
        vectors[row] = vector(random, 1 + random.nextInt(40));
        rows.add(vectors[row]);
      }
      Arrays.setAll(queries, _ -> vector(random, 20));
    }

    /// Dimensions as words are: low ones are frequent.
    private static SparseVector vector(Random random, int values) {
      TreeMap<Integer, Float> chosen = new TreeMap<>(Integer::compareUnsigned);
      for (int i = 0; i < values; i++) {
        int dimension = (int) (3_000 * Math.pow(random.nextDouble(), 3));
        chosen.put(dimension * 1_000_003, (float) Math.exp(random.nextGaussian()));
      }
      int[] dimensions = chosen.keySet().stream().mapToInt(Integer::intValue).toArray();
      float[] out = new float[dimensions.length];
      int i = 0;
      for (float value : chosen.values()) {
        out[i++] = value;
      }
      return new SparseVector(dimensions, out);
    }

    @Override
    double score(String metric, int query, int row) {
      Map<Integer, Float> of = new TreeMap<>();
      for (int i = 0; i < queries[query].size(); i++) {
        of.put(queries[query].dimension(i), queries[query].value(i));
      }
      double sum = Double.NaN;
      for (int i = 0; i < vectors[row].size(); i++) {
        Float weight = of.get(vectors[row].dimension(i));
        if (weight != null) {
          sum = (Double.isNaN(sum) ? 0 : sum) + (double) weight * vectors[row].value(i);
        }
      }
      return sum;
    }

    @Override
    void build(RecallTable.Line line, Path file) throws IOException {
      SparseIndexType type = SparseIndexType.of(line.type());
      type.check(line.build());
      type.checkSearch(line.search());
      type.build(rows, line.build(), file);
    }

    @Override
    Searched open(RecallTable.Line line, MemorySegment file) {
      SparseIndex index = SparseIndexType.of(line.type()).open(file);
      return new Built<>(List.of(queries), index::search, index::iterate);
    }

    @Override
    Searched growing(RecallTable.Line line) {
      return (query, search, into) -> SparseScan.search(rows, 0, queries[query], search, into);
    }
  }
}
