package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowEncoder;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// A graph over rows that still arrive: SQ8 codes and links in memory, which double when they are
/// full. One thread at a time adds rows, in their order; any number search meanwhile without locks:
/// they find the rows below [#rows] as they read it. Memory goes when the last reader lets go of
/// it. Cost of a row: that of a search of width [#EF_CONSTRUCTION].
public final class GrowingGraph {
  private static final int M = 16;
  private static final int EF_CONSTRUCTION = 120;
  private static final int FIRST_CAPACITY = 1 << 15;

  /// Rows that wait for an index are to be found as surely as by a scan: walks are wider.
  private static final int WIDER = 3;

  /// The recall that the usual width reaches, and that which twice the width does; nothing is
  /// measured while rows arrive. For more, rows are scanned.
  private static final double USUAL = 0.95;

  private static final double SURE = 0.99;

  private static final GraphParams PARAMS = GraphParams.defaults(GraphParams.Kind.AUTOINDEX);

  /// What searches of one moment use; replaced when it is full.
  private static final class Space {
    final BuiltGraph graph;
    final Rows codes;
    final int[] twins;
    final GraphBuilder.Worker worker;
    final GraphSearch search;

    Space(BuiltGraph graph, Rows codes, int[] twins, RowCodec codec, ExactScores exact) {
      this.graph = graph;
      this.codes = codes;
      this.twins = twins;
      this.worker = new GraphBuilder(graph, codes, codec, EF_CONSTRUCTION).new Worker();
      this.search =
          new GraphSearch(
              new GraphWalk(VectorKernel.chosen(), graph, codes), codec, exact, row -> twins[row]);
    }
  }

  private final int dimension;
  private final long seed;
  private final RowCodec codec;
  private final RowEncoder encoder;
  private final ExactScores exact;
  private final CodeTwins firsts = new CodeTwins();
  private final float[] vector;
  private int[] lasts = {};
  private volatile Space space;
  private volatile int rows;

  /// @param sample of the rows to come, from which codes are measured
  /// @param exact scores of the rows that are added
  public GrowingGraph(VectorRows sample, Metric metric, long seed, ExactScores exact) {
    this.dimension = sample.dimension();
    this.seed = seed;
    this.codec = new RowCodec(RowFormat.SQ8, metric, dimension, Means.of(sample, metric));
    this.encoder = codec.encoder();
    this.exact = exact;
    this.vector = new float[dimension];
    MemorySegment base = links(FIRST_CAPACITY);
    this.space =
        new Space(
            new BuiltGraph(M, base), codes(FIRST_CAPACITY), twins(FIRST_CAPACITY), codec, exact);
    this.lasts = new int[FIRST_CAPACITY];
  }

  /// Rows that searches find.
  public int rows() {
    return rows;
  }

  /// Memory that it takes, roughly.
  public long bytes() {
    Space now = space;
    return now.graph.base.byteSize() + now.codes.data().byteSize() + 8L * now.twins.length;
  }

  /// Adds the next row, which is row `inChunk` of `chunk`.
  public void add(VectorRows chunk, int inChunk) {
    int row = rows;
    if (row == space.codes.count()) {
      grow();
    }
    Space now = space;
    chunk.read(inChunk, vector);
    encoder.encode(vector, 0, now.codes.data(), (long) row * now.codes.stride());
    int first = firsts.firstOf(now.codes, row);
    if (first == row) {
      now.worker.add(row, GraphBuilder.level(row, M, seed));
    } else {
      now.twins[lasts[first]] = row;
    }
    lasts[first] = row;
    rows = row + 1;
  }

  private void grow() {
    Space old = space;
    int capacity = Math.multiplyExact(2, old.codes.count());
    Rows codes = codes(capacity);
    MemorySegment.copy(old.codes.data(), 0, codes.data(), 0, old.codes.data().byteSize());
    int[] twins = twins(capacity);
    System.arraycopy(old.twins, 0, twins, 0, old.twins.length);
    lasts = Arrays.copyOf(lasts, capacity);
    space = new Space(new BuiltGraph(old.graph, links(capacity)), codes, twins, codec, exact);
  }

  private static int[] twins(int capacity) {
    int[] out = new int[capacity];
    Arrays.fill(out, Graph.NONE);
    return out;
  }

  private static MemorySegment links(int capacity) {
    MemorySegment out = HugePages.allocate(Arena.ofAuto(), (long) capacity * Graph.recordBytes(M));
    return out.fill((byte) 0xff);
  }

  private Rows codes(int capacity) {
    long bytes = (long) capacity * RowFormat.SQ8.stride(dimension);
    return new Rows(RowFormat.SQ8, HugePages.allocate(Arena.ofAuto(), bytes), capacity, dimension);
  }

  /// Adds the best of the first `limit` rows to `into`, not sorted; false, with nothing added,
  /// where a scan is cheaper or a walk finds too few.
  ///
  /// @param limit at most [#rows] as it was read before
  /// @param search its `accept` bits may be of more rows
  public boolean search(float[] query, int offset, VectorSearch search, int limit, TopK into) {
    Space now = space;
    if (limit == 0 || now.graph.entry() < 0) {
      return false;
    }
    int wanted = now.search.refineRows(search);
    return now.search.search(query, offset, width(search, limit), wanted, search, limit, into);
  }

  private static long width(VectorSearch search, int limit) {
    double target = IndexParams.targetRecall(search.params(), List.of());
    if (target > SURE) {
      return Integer.MAX_VALUE;
    }
    int wider = target > USUAL ? 2 * WIDER : WIDER;
    int ef = (int) Math.min(wider * (long) PARAMS.ef(search.params(), search.k()), 1 << 20);
    return GraphSearch.width(ef, search, limit);
  }

  /// Begins a search among the first `limit` rows that goes on beyond k.
  ///
  /// @param exact goes on among the rows that are left, where a scan is cheaper
  public VectorIteration iterate(
      float[] query,
      int offset,
      VectorSearch search,
      int limit,
      Function<AcceptRows, VectorIteration> exact) {
    float[] own = Arrays.copyOfRange(query, offset, offset + dimension);
    return new GraphIteration(space.search, own, search, width(search, limit), limit, exact);
  }
}
