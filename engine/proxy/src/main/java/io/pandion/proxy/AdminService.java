package io.pandion.proxy;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.pandion.cluster.Coordinator;
import io.pandion.model.PandionException;
import io.pandion.protocol.admin.AdminGrpc;
import io.pandion.protocol.admin.ChannelLog;
import io.pandion.protocol.admin.DescribeLogsRequest;
import io.pandion.protocol.admin.DescribeLogsResponse;
import io.pandion.protocol.admin.LogEra;
import io.pandion.protocol.admin.SwitchLogProgress;
import io.pandion.protocol.admin.SwitchLogRequest;
import java.util.Comparator;
import java.util.concurrent.Executor;

/// What operators ask that Milvus has no call for: `pandion_admin.proto`. Errors are gRPC's own.
final class AdminService extends AdminGrpc.AdminImplBase {
  private final Coordinator coordinator;
  private final Executor executor;

  AdminService(Coordinator coordinator, Executor executor) {
    this.coordinator = coordinator;
    this.executor = executor;
  }

  /// Goes on when the client has gone: half a switch helps nobody.
  @Override
  public void switchLog(SwitchLogRequest request, StreamObserver<SwitchLogProgress> out) {
    ServerCallStreamObserver<SwitchLogProgress> call =
        (ServerCallStreamObserver<SwitchLogProgress>) out;
    call.setOnCancelHandler(() -> {});
    answer(
        call,
        () ->
            coordinator.switchLog(
                request.getType(),
                text -> {
                  if (!call.isCancelled()) {
                    call.onNext(SwitchLogProgress.newBuilder().setText(text).build());
                  }
                }));
  }

  @Override
  public void describeLogs(DescribeLogsRequest request, StreamObserver<DescribeLogsResponse> out) {
    answer(out, () -> out.onNext(describe()));
  }

  private DescribeLogsResponse describe() {
    DescribeLogsResponse.Builder all = DescribeLogsResponse.newBuilder();
    coordinator.logs().stream()
        .sorted(Comparator.comparing(io.pandion.cluster.ChannelLog::pchannel))
        .forEach(
            channel -> {
              ChannelLog.Builder one =
                  ChannelLog.newBuilder()
                      .setChannel(channel.pchannel())
                      .setNextLsn(channel.nextLsn())
                      .setNeededFrom(channel.neededFrom());
              channel
                  .logs()
                  .forEach(
                      era ->
                          one.addLogs(
                              LogEra.newBuilder()
                                  .setType(era.type())
                                  .setName(era.name())
                                  .setFromLsn(era.fromLsn())));
              all.addChannels(one);
            });
    return all.build();
  }

  private void answer(StreamObserver<?> out, Runnable work) {
    executor.execute(
        () -> {
          try {
            work.run();
            out.onCompleted();
          } catch (RuntimeException e) {
            out.onError(status(e).withDescription(e.getMessage()).asRuntimeException());
          }
        });
  }

  private static Status status(RuntimeException e) {
    if (!(e instanceof PandionException known)) {
      return Status.INTERNAL;
    }
    return switch (known.reason()) {
      case INVALID_REQUEST -> Status.INVALID_ARGUMENT;
      case UNAVAILABLE_RETRY, OUTCOME_UNKNOWN -> Status.UNAVAILABLE;
      default -> Status.INTERNAL;
    };
  }
}
