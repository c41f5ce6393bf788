package io.pandion.server;

import io.pandion.protocol.MilvusServiceGrpc.MilvusServiceBlockingStub;
import io.pandion.protocol.Status;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// A request that must be refused.
///
/// @param codes of Milvus, one of which is answered
/// @param fragments that the message holds, in any case: the object and the value
record BadRequest(
    String what,
    Set<Integer> codes,
    List<String> fragments,
    Function<MilvusServiceBlockingStub, Status> call) {
  static final int INVALID = 1100;
  static final int COLLECTION = 100;
  static final int NOT_LOADED = 101;
  static final int PARTITION = 200;
  static final int INDEX = 700;
  static final int DATABASE = 800;
  static final int ALIAS = 1600;
  static final int FIELD = 1700;
  static final int UNSUPPORTED = 10;

  static BadRequest refused(
      String what,
      int code,
      Function<MilvusServiceBlockingStub, Status> call,
      String... fragments) {
    return new BadRequest(what, Set.of(code), List.of(fragments), call);
  }

  /// A code of these two.
  static BadRequest either(
      String what,
      int code,
      int other,
      Function<MilvusServiceBlockingStub, Status> call,
      String... fragments) {
    return new BadRequest(what, Set.of(code, other), List.of(fragments), call);
  }

  @Override
  public String toString() {
    return what;
  }
}
