package io.pandion.proxy;

import io.pandion.cluster.Coordinator.FlushTicket;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.protocol.FlushAllRequest;
import io.pandion.protocol.FlushAllResponse;
import io.pandion.protocol.FlushRequest;
import io.pandion.protocol.FlushResponse;
import io.pandion.protocol.GetFlushAllStateRequest;
import io.pandion.protocol.GetFlushAllStateResponse;
import io.pandion.protocol.GetFlushStateRequest;
import io.pandion.protocol.GetFlushStateResponse;
import io.pandion.protocol.LongArray;
import io.pandion.protocol.MilvusServiceGrpc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Flushes. A client asks for one and then, with its tick, whether it is done: the Java SDK does
/// not even name the collection then. Any number of threads.
final class FlushService {
  /// Flushes that nobody asks for any more are forgotten when newer ones come.
  private static final int REMEMBERED = 4_096;

  private final Catalog catalog;

  /// Flushes in progress by their tick, guarded by itself.
  private final Map<Long, List<FlushTicket>> tickets =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, List<FlushTicket>> eldest) {
          return size() > REMEMBERED;
        }
      };

  FlushService(Catalog catalog) {
    this.catalog = catalog;
  }

  void register(Calls calls) {
    calls.on(MilvusServiceGrpc.getFlushMethod(), this::flush);
    calls.on(MilvusServiceGrpc.getGetFlushStateMethod(), this::state);
    calls.on(MilvusServiceGrpc.getFlushAllMethod(), (q, _) -> flushAll(q));
    calls.on(MilvusServiceGrpc.getGetFlushAllStateMethod(), (q, _) -> stateOfAll(q));
  }

  private FlushResponse flush(FlushRequest request, String database) {
    List<CollectionInfo> collections =
        request.getCollectionNamesList().stream()
            .map(name -> catalog.collection(database, name))
            .toList();
    FlushResponse.Builder out = FlushResponse.newBuilder().setDbName(database);
    for (int i = 0; i < collections.size(); i++) {
      String name = request.getCollectionNames(i);
      FlushTicket ticket = catalog.coordinator().flush(collections.get(i).id());
      remember(ticket.tick(), List.of(ticket));
      LongArray segments = LongArray.newBuilder().addAllData(ticket.segmentIds()).build();
      out.putCollSegIDs(name, segments)
          .putFlushCollSegIDs(name, segments)
          .putCollSealTimes(name, io.pandion.model.TimeTick.millis(ticket.tick()) / 1_000)
          .putCollFlushTs(name, ticket.tick());
    }
    return out.build();
  }

  private GetFlushStateResponse state(GetFlushStateRequest request, String database) {
    long tick = request.getFlushTs();
    List<CollectionInfo> collections =
        request.getCollectionName().isEmpty()
            ? catalog.now().collections(catalog.database(database).id())
            : List.of(catalog.collection(database, request.getCollectionName()));
    return GetFlushStateResponse.newBuilder().setFlushed(flushed(tick, collections)).build();
  }

  @SuppressWarnings("deprecation") // SDKs use the deprecated fields
  private FlushAllResponse flushAll(FlushAllRequest request) {
    long tick = 0;
    List<FlushTicket> all = new ArrayList<>();
    for (CollectionInfo collection : collections(request.getDbName())) {
      FlushTicket ticket = catalog.coordinator().flush(collection.id());
      tick = Math.max(tick, ticket.tick());
      all.add(ticket);
    }
    if (all.isEmpty()) {
      tick = catalog.coordinator().allocateTicks(1).first();
    }
    remember(tick, all);
    return FlushAllResponse.newBuilder().setFlushAllTs(tick).build();
  }

  @SuppressWarnings("deprecation") // SDKs use the deprecated fields
  private GetFlushAllStateResponse stateOfAll(GetFlushAllStateRequest request) {
    return GetFlushAllStateResponse.newBuilder()
        .setFlushed(flushed(request.getFlushAllTs(), collections(request.getDbName())))
        .build();
  }

  /// @param database empty = all of them
  private List<CollectionInfo> collections(String database) {
    List<CollectionInfo> out = new ArrayList<>();
    for (DatabaseInfo one :
        database.isEmpty() ? catalog.now().databases() : List.of(catalog.database(database))) {
      out.addAll(catalog.now().collections(one.id()));
    }
    return out;
  }

  /// Whether the flushes of a tick are done. For a tick that this proxy does not remember, because
  /// another one gave it, new flushes stand in: they cover all that the old ones did.
  private boolean flushed(long tick, List<CollectionInfo> collections) {
    List<FlushTicket> known;
    synchronized (tickets) {
      known = tickets.get(tick);
    }
    if (known == null) {
      known = new ArrayList<>();
      for (CollectionInfo collection : collections) {
        known.add(catalog.coordinator().flush(collection.id()));
      }
      remember(tick, known);
    }
    for (FlushTicket ticket : known) {
      boolean dropped = catalog.now().collection(ticket.collectionId()).isEmpty();
      if (!dropped && !catalog.coordinator().flushed(ticket)) {
        return false;
      }
    }
    return true;
  }

  private void remember(long tick, List<FlushTicket> flushes) {
    synchronized (tickets) {
      tickets.put(tick, List.copyOf(flushes));
    }
  }
}
