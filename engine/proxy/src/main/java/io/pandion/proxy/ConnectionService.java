package io.pandion.proxy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.meta.DatabaseInfo;
import io.pandion.protocol.AllocTimestampResponse;
import io.pandion.protocol.CheckHealthResponse;
import io.pandion.protocol.ComponentInfo;
import io.pandion.protocol.ComponentStates;
import io.pandion.protocol.ConnectResponse;
import io.pandion.protocol.DescribeDatabaseResponse;
import io.pandion.protocol.GetVersionResponse;
import io.pandion.protocol.ListDatabasesResponse;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.ServerInfo;
import io.pandion.protocol.StateCode;
import io.pandion.protocol.Status;
import java.util.Set;

/// Connections, health, the clock, and databases.
record ConnectionService(Catalog catalog, ProxySettings settings) {
  void register(Calls calls) {
    calls.on(
        MilvusServiceGrpc.getConnectMethod(),
        (_, _) ->
            ConnectResponse.newBuilder()
                .setStatus(Status.getDefaultInstance())
                .setServerInfo(ServerInfo.newBuilder().setBuildTags(settings.version()))
                .setIdentifier(tick())
                .build());
    calls.on(
        MilvusServiceGrpc.getGetVersionMethod(),
        (_, _) -> GetVersionResponse.newBuilder().setVersion(settings.version()).build());
    calls.on(
        MilvusServiceGrpc.getCheckHealthMethod(),
        (_, _) -> {
          catalog.now();
          return CheckHealthResponse.newBuilder().setIsHealthy(true).build();
        });
    calls.on(
        MilvusServiceGrpc.getAllocTimestampMethod(),
        (_, _) -> AllocTimestampResponse.newBuilder().setTimestamp(tick()).build());
    calls.on(
        MilvusServiceGrpc.getCreateDatabaseMethod(),
        (q, _) ->
            catalog.execute(
                new CatalogCommand.CreateDatabase(
                    q.getDbName(), Catalog.map(q.getPropertiesList()))));
    calls.on(
        MilvusServiceGrpc.getDropDatabaseMethod(),
        (q, _) -> catalog.execute(new CatalogCommand.DropDatabase(q.getDbName())));
    calls.on(MilvusServiceGrpc.getListDatabasesMethod(), (_, _) -> list());
    calls.on(
        MilvusServiceGrpc.getAlterDatabaseMethod(),
        (q, _) ->
            catalog.execute(
                new CatalogCommand.AlterDatabase(
                    q.getDbName(),
                    Catalog.map(q.getPropertiesList()),
                    Set.copyOf(q.getDeleteKeysList()))));
    calls.on(MilvusServiceGrpc.getDescribeDatabaseMethod(), (_, db) -> describe(db));
    calls.on(
        MilvusServiceGrpc.getGetComponentStatesMethod(),
        (_, _) -> {
          catalog.now();
          return ComponentStates.newBuilder()
              .setState(ComponentInfo.newBuilder().setRole("proxy").setStateCode(StateCode.Healthy))
              .build();
        });
  }

  private ListDatabasesResponse list() {
    ListDatabasesResponse.Builder out = ListDatabasesResponse.newBuilder();
    for (DatabaseInfo database : catalog.now().databases()) {
      out.addDbNames(database.name())
          .addDbIds(database.id())
          .addCreatedTimestamp(database.createTick());
    }
    return out.build();
  }

  private DescribeDatabaseResponse describe(String name) {
    DatabaseInfo database = catalog.database(name);
    return DescribeDatabaseResponse.newBuilder()
        .setDbName(database.name())
        .setDbID(database.id())
        .setCreatedTimestamp(database.createTick())
        .addAllProperties(Catalog.pairs(database.properties()))
        .build();
  }

  private long tick() {
    return catalog.coordinator().allocateTicks(1).first();
  }
}
