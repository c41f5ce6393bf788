package io.pandion.storage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.pandion.model.CollectionSchema;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The manifests of segments in the object store, one object a version. Any number of threads.
///
/// An object is a line of ASCII, then a manifest as JSON to the end:
///
/// ```
/// pandion-manifest 1 {CRC32C of all bytes after this line, eight hexadecimal digits}\n
/// {"segmentId":…}
/// ```
public final class ManifestStore {
  private static final String HEAD = "pandion-manifest 1 ";
  private static final int HEAD_BYTES = HEAD.length() + 9;
  private static final String SUFFIX = ".manifest";
  private static final int VERSION_DIGITS = 20;

  // Keys in order: the same manifest gives the same bytes in every process.
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private final ObjectStore store;

  public ManifestStore(ObjectStore store) {
    this.store = store;
  }

  /// Name of the object of a version.
  ///
  /// @param partitionId -1 = all partitions (an L0 segment); its folder is 0
  public static String name(long collectionId, long partitionId, long segmentId, long version) {
    return folder(collectionId, partitionId, segmentId)
        + String.format(Locale.ROOT, "%0" + VERSION_DIGITS + "d", version)
        + SUFFIX;
  }

  private static String folder(long collectionId, long partitionId, long segmentId) {
    return SegmentFiles.prefix(collectionId, Math.max(partitionId, 0), segmentId) + "m/";
  }

  /// Writes a manifest at its version, or the next one that is free; durable when it returns.
  /// Writing the same content again is no second version.
  ///
  /// @return the version under which it can be read
  public long write(SegmentManifest manifest) {
    long version = manifest.version();
    while (true) {
      String name =
          name(manifest.collectionId(), manifest.partitionId(), manifest.segmentId(), version);
      byte[] bytes = encode(manifest.at(version));
      if (store.putIfAbsent(name, bytes) || Arrays.equals(store.readAll(name), bytes)) {
        return version;
      }
      version++;
    }
  }

  /// @throws PandionException NOT_FOUND SEGMENT when there is no such version; CORRUPT_DATA when
  ///   the object is not what was written
  public SegmentManifest read(long collectionId, long partitionId, long segmentId, long version) {
    String name = name(collectionId, partitionId, segmentId, version);
    byte[] bytes;
    try {
      bytes = store.readAll(name);
    } catch (PandionException e) {
      if (e.reason() != PandionException.Reason.NOT_FOUND) {
        throw e;
      }
      throw new PandionException(
          PandionException.Reason.NOT_FOUND,
          PandionException.Subject.SEGMENT,
          "segment " + segmentId + " has no manifest of version " + version + " (" + name + ")",
          e);
    }
    SegmentManifest manifest = decode(name, bytes);
    if (manifest.segmentId() != segmentId
        || manifest.collectionId() != collectionId
        || Math.max(manifest.partitionId(), 0) != Math.max(partitionId, 0)
        || manifest.version() != version) {
      throw PandionException.corrupt("object '" + name + "' holds the manifest of another segment");
    }
    return manifest;
  }

  /// Versions that exist, lowest first.
  public List<Long> versions(long collectionId, long partitionId, long segmentId) {
    String folder = folder(collectionId, partitionId, segmentId);
    int length = folder.length() + VERSION_DIGITS + SUFFIX.length();
    return store.list(folder).stream()
        .filter(n -> n.length() == length && n.endsWith(SUFFIX))
        .map(n -> Long.parseLong(n.substring(folder.length(), folder.length() + VERSION_DIGITS)))
        .toList();
  }

  private static byte[] encode(SegmentManifest manifest) {
    try {
      byte[] json = MAPPER.writeValueAsBytes(manifest);
      byte[] head = head(json, 0).getBytes(StandardCharsets.US_ASCII);
      byte[] out = Arrays.copyOf(head, head.length + json.length);
      System.arraycopy(json, 0, out, head.length, json.length);
      return out;
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot encode " + manifest, e);
    }
  }

  private static SegmentManifest decode(String name, byte[] bytes) {
    if (bytes.length < HEAD_BYTES
        || !head(bytes, HEAD_BYTES)
            .equals(new String(bytes, 0, HEAD_BYTES, StandardCharsets.ISO_8859_1))) {
      throw PandionException.corrupt("manifest '" + name + "' fails its checksum");
    }
    try {
      SegmentManifest manifest =
          MAPPER.readValue(bytes, HEAD_BYTES, bytes.length - HEAD_BYTES, SegmentManifest.class);
      return manifest.with(typed(manifest.schema()));
    } catch (IOException e) {
      throw PandionException.corrupt("manifest '" + name + "' cannot be read: " + e.getMessage());
    }
  }

  private static String head(byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, bytes.length - from);
    return String.format(Locale.ROOT, HEAD + "%08x\n", (int) crc.getValue());
  }

  /// JSON knows one kind of number: gives default values the types of their fields again.
  private static CollectionSchema typed(CollectionSchema s) {
    return new CollectionSchema(
        s.name(),
        s.description(),
        s.fields().stream().map(ManifestStore::typed).toList(),
        s.dynamicEnabled(),
        s.version());
  }

  private static FieldSchema typed(FieldSchema f) {
    return new FieldSchema(
        f.id(),
        f.name(),
        f.description(),
        f.type(),
        f.primaryKey(),
        f.autoId(),
        f.partitionKey(),
        f.clusteringKey(),
        f.nullable(),
        typedDefault(f),
        f.maxLength(),
        f.dimension(),
        f.dynamic(),
        f.params());
  }

  private static @Nullable Object typedDefault(FieldSchema field) {
    Object value = field.defaultValue();
    return switch (field.type()) {
      case INT8, INT16, INT32 -> value instanceof Number n ? (Object) n.intValue() : value;
      case INT64 -> value instanceof Number n ? (Object) n.longValue() : value;
      // "NaN" and "Infinity" are strings in JSON
      case FLOAT -> value == null ? null : (Object) Float.parseFloat(value.toString());
      case DOUBLE -> value == null ? null : (Object) Double.parseDouble(value.toString());
      case BOOL, VARCHAR, JSON, FLOAT_VECTOR -> value;
    };
  }
}
