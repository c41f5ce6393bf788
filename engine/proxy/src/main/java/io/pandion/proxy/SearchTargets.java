package io.pandion.proxy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.QueryVectors;
import io.pandion.protocol.PlaceholderGroup;
import io.pandion.protocol.PlaceholderType;
import io.pandion.protocol.PlaceholderValue;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/// The query vectors of a search: little-endian floats in a placeholder group.
final class SearchTargets {
  static final int MAX_QUERIES = 16_384;

  private SearchTargets() {}

  /// @throws PandionException INVALID_REQUEST, naming the field and the vector
  static QueryVectors parse(FieldSchema field, ByteString bytes) {
    PlaceholderValue vectors = placeholder(field, bytes);
    checkCount(vectors.getValuesCount());
    int dimension = field.dimension();
    float[] out = new float[vectors.getValuesCount() * dimension];
    for (int q = 0; q < vectors.getValuesCount(); q++) {
      ByteString vector = vectors.getValues(q);
      if (vector.size() != 4 * dimension) {
        throw FieldChecks.bad(
            field,
            q,
            "vector dimension mismatch, expected vector size(byte) "
                + 4 * dimension
                + ", actual "
                + vector.size());
      }
      FloatBuffer floats =
          vector.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      floats.get(out, q * dimension, dimension);
      for (int i = 0; i < dimension; i++) {
        FieldChecks.finite(field, q, out[q * dimension + i]);
      }
    }
    return new QueryVectors(out, dimension);
  }

  static void checkCount(int queries) {
    if (queries < 1 || queries > MAX_QUERIES) {
      throw PandionException.invalid(
          "nq (number of search vector per search request) should be in range [1, "
              + MAX_QUERIES
              + "], but got "
              + queries);
    }
  }

  private static PlaceholderValue placeholder(FieldSchema field, ByteString bytes) {
    PlaceholderGroup group;
    try {
      group = PlaceholderGroup.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw PandionException.invalid("placeholder_group cannot be read: " + e.getMessage());
    }
    if (group.getPlaceholdersCount() != 1) {
      throw PandionException.invalid(
          "placeholder_group has "
              + group.getPlaceholdersCount()
              + " placeholders, it must have one with the query vectors");
    }
    PlaceholderValue value = group.getPlaceholders(0);
    if (value.getType() != PlaceholderType.FloatVector) {
      throw FieldChecks.bad(
          field.name(),
          "vector type must be the same, field is of type "
              + field.type()
              + ", but got "
              + value.getType());
    }
    return value;
  }
}
