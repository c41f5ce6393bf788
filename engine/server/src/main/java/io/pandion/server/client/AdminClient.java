package io.pandion.server.client;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.pandion.model.PandionException;
import io.pandion.protocol.admin.AdminGrpc;
import io.pandion.protocol.admin.ChannelLog;
import io.pandion.protocol.admin.DescribeLogsRequest;
import io.pandion.protocol.admin.SwitchLogProgress;
import io.pandion.protocol.admin.SwitchLogRequest;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Asks a server what only its operator asks. Calls block; any number of threads.
///
/// Every call throws PandionException with the server's own words when it refuses.
public final class AdminClient implements AutoCloseable {
  private static final long ANSWER_SECONDS = 30;

  private final String address;
  private final ManagedChannel channel;
  private final AdminGrpc.AdminBlockingStub stub;

  public AdminClient(String host, int port) {
    address = host + ":" + port;
    channel = NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
    stub = AdminGrpc.newBlockingStub(channel);
  }

  /// Moves the log; returns when all channels have moved.
  ///
  /// @param progress is told what happens, in words
  public void switchLog(String type, Consumer<String> progress) {
    try {
      Iterator<SwitchLogProgress> told =
          stub.switchLog(SwitchLogRequest.newBuilder().setType(type).build());
      told.forEachRemaining(one -> progress.accept(one.getText()));
    } catch (StatusRuntimeException e) {
      throw refused(e);
    }
  }

  /// Where each channel's messages lie.
  public List<ChannelLog> logs() {
    try {
      return stub.withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
          .describeLogs(DescribeLogsRequest.getDefaultInstance())
          .getChannelsList();
    } catch (StatusRuntimeException e) {
      throw refused(e);
    }
  }

  private PandionException refused(StatusRuntimeException e) {
    String words = e.getStatus().getDescription();
    return new PandionException(
        PandionException.Reason.UNAVAILABLE_RETRY,
        PandionException.Subject.NONE,
        address + ": " + (words == null ? e.getStatus().getCode() : words),
        e);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
