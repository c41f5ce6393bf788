package io.pandion.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.pandion.protocol.admin.ChannelLog;
import io.pandion.protocol.admin.DescribeLogsRequest;
import io.pandion.protocol.admin.LogEra;
import io.pandion.protocol.admin.SwitchLogProgress;
import io.pandion.protocol.admin.SwitchLogRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What operators ask on the port of the Milvus protocol.
class ProxyAdminTest extends ProxyWorld {
  private final List<String> told = new ArrayList<>();

  private void switchTo(String type) {
    admin
        .switchLog(SwitchLogRequest.newBuilder().setType(type).build())
        .forEachRemaining((SwitchLogProgress one) -> told.add(one.getText()));
  }

  @Test
  void a_switch_of_the_log_tells_of_each_channel() {
    switchTo("kafka");
    assertThat(told).containsExactly("dml_0 goes on in kafka", "dml_1 goes on in kafka");
  }

  @Test
  void a_switch_that_fails_says_why_behind_what_it_did() {
    assertRefused("papyrus", Status.Code.INVALID_ARGUMENT, "there is no log of type 'papyrus'");
    assertThat(told).isEmpty();
    assertRefused("pulsar", Status.Code.UNAVAILABLE, "1 of 2 channels have moved");
    assertThat(told).containsExactly("dml_0 goes on in pulsar");
  }

  private void assertRefused(String type, Status.Code code, String why) {
    assertThatThrownBy(() -> switchTo(type))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).isEqualTo(why);
            });
  }

  @Test
  void the_logs_of_all_channels_are_described() {
    ChannelLog log = admin.describeLogs(DescribeLogsRequest.getDefaultInstance()).getChannels(0);
    assertThat(log.getChannel()).isEqualTo("dml_0");
    assertThat(log.getNextLsn()).isEqualTo(95);
    assertThat(log.getNeededFrom()).isEqualTo(42);
    assertThat(log.getLogsList())
        .extracting(LogEra::getType, LogEra::getName, LogEra::getFromLsn)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("local", "dml_0", 1L),
            org.assertj.core.api.Assertions.tuple("kafka", "dml_0-1", 70L));
  }
}
