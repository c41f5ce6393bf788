package io.pandion.benchmarks;

import io.pandion.index.AcceptRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/// Lucene's HNSW over floats, M 16 and beam 200, merged into one segment.
final class LuceneEngine implements Engine {
  private static final String FIELD = "vector";

  private @Nullable LeafReader leaf;

  @Override
  public void build(DataSet set, Path folder) throws IOException {
    Codec codec = Codec.getDefault();
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setRAMBufferSizeMB(1900)
            .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
            .setCodec(
                new FilterCodec(codec.getName(), codec) {
                  @Override
                  public KnnVectorsFormat knnVectorsFormat() {
                    return new PerFieldKnnVectorsFormat() {
                      @Override
                      public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return new Lucene99HnswVectorsFormat(16, 200);
                      }
                    };
                  }
                });
    try (Arena arena = Arena.ofConfined();
        FSDirectory directory = FSDirectory.open(folder.resolve("lucene"));
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (float[] vector : set.baseVectors(arena)) {
        Document document = new Document();
        document.add(new KnnFloatVectorField(FIELD, vector, VectorSimilarityFunction.DOT_PRODUCT));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
  }

  @Override
  public void open(DataSet set, Path folder) throws IOException {
    DirectoryReader reader = DirectoryReader.open(FSDirectory.open(folder.resolve("lucene")));
    leaf = reader.leaves().get(0).reader();
  }

  @Override
  public Searcher searcher() {
    LeafReader reader = leaf;
    if (reader == null) {
      throw new IllegalStateException("not opened");
    }
    return (queries, point, accept, found) -> {
      int ef = Integer.parseInt(point.getOrDefault("ef", "64"));
      for (int i = 0; i < queries.length; i++) {
        TopKnnCollector collector = new TopKnnCollector(ef, Integer.MAX_VALUE);
        AcceptDocs docs =
            AcceptDocs.fromLiveDocs(accept == null ? null : bits(accept), reader.maxDoc());
        reader.searchNearestVectors(FIELD, queries[i], collector, docs);
        ScoreDoc[] best = collector.topDocs().scoreDocs;
        Arrays.fill(found[i], -1);
        for (int j = 0; j < Math.min(best.length, found[i].length); j++) {
          found[i][j] = best[j].doc;
        }
      }
    };
  }

  private static Bits bits(AcceptRows accept) {
    return new Bits() {
      @Override
      public boolean get(int row) {
        return accept.accepts(row);
      }

      @Override
      public int length() {
        return accept.rows();
      }
    };
  }
}
