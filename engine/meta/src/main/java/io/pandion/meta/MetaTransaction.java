package io.pandion.meta;

import java.util.ArrayList;
import java.util.List;

/// If-then: conditions on revisions, then puts and deletes. Built by one thread.
public final class MetaTransaction {
  /// A condition or an operation.
  public sealed interface Step {
    /// Holds when the key is absent.
    record IfAbsent(String key) implements Step {}

    /// Holds when the key was last written by this revision.
    record IfRevision(String key, long revision) implements Step {}

    @SuppressWarnings("ArrayRecordComponent") // steps are never compared by value
    record Put(String key, byte[] value) implements Step {}

    record Delete(String key) implements Step {}
  }

  private final List<Step> steps = new ArrayList<>();

  public MetaTransaction ifAbsent(String key) {
    steps.add(new Step.IfAbsent(key));
    return this;
  }

  public MetaTransaction ifRevision(String key, long revision) {
    steps.add(new Step.IfRevision(key, revision));
    return this;
  }

  public MetaTransaction put(String key, byte[] value) {
    steps.add(new Step.Put(key, value));
    return this;
  }

  public MetaTransaction delete(String key) {
    steps.add(new Step.Delete(key));
    return this;
  }

  public List<Step> steps() {
    return List.copyOf(steps);
  }
}
