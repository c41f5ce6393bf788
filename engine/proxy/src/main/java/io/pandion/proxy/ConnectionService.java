package io.pandion.proxy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.meta.DatabaseInfo;
import io.pandion.protocol.AllocTimestampResponse;
import io.pandion.protocol.CheckHealthResponse;
import io.pandion.protocol.ConnectResponse;
import io.pandion.protocol.GetVersionResponse;
import io.pandion.protocol.ListDatabasesResponse;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.ServerInfo;
import io.pandion.protocol.Status;

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

  private long tick() {
    return catalog.coordinator().allocateTicks(1).first();
  }
}
