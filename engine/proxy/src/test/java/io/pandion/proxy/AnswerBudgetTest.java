package io.pandion.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.logging.RequestLogBuilder;
import com.linecorp.armeria.common.util.SafeCloseable;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.AnswerSize;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.HashRange;
import io.pandion.model.PandionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerBudgetTest {
  private final AnswerBudget budget = new AnswerBudget(1 << 20, Duration.ofMillis(1));

  private static ServiceRequestContext call() {
    return ServiceRequestContext.of(HttpRequest.of(HttpMethod.POST, "/"));
  }

  private AnswerBudget.Part take(ServiceRequestContext call, long bytes) {
    try (SafeCloseable _ = call.push()) {
      return budget.take(bytes);
    }
  }

  private static void sent(ServiceRequestContext call) {
    RequestLogBuilder log = call.logBuilder();
    log.endRequest();
    log.endResponse();
  }

  @Test
  void a_read_that_finds_no_room_is_told_to_retry_until_another_answer_is_sent() {
    ServiceRequestContext first = call();
    take(first, 600_000);
    assertThatThrownBy(() -> take(call(), 600_000))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(MilvusCodes.status(e).getRetriable()).isTrue())
        .hasMessageContaining("1048576 bytes");
    sent(first);
    first.log().whenComplete().join();
    assertThat(take(call(), 600_000)).isNotNull();
  }

  @Test
  void an_answer_smaller_than_expected_leaves_room() {
    AnswerBudget.Part part = take(call(), 1 << 30);
    assertThatThrownBy(() -> take(call(), 1)).isInstanceOf(PandionException.class);
    part.keep(100_000);
    assertThat(take(call(), 800_000)).isNotNull();
    assertThatThrownBy(() -> take(call(), 200_000)).isInstanceOf(PandionException.class);
  }

  private static CollectionInfo twoShards() {
    CollectionSchema schema =
        new CollectionSchema(
            "c", "", List.of(FieldSchema.key(100, "id", DataType.INT64)), false, 1);
    List<HashRange> ranges = HashRange.split(2);
    return new CollectionInfo(
        1,
        1,
        schema,
        List.of(new ShardInfo("a", "p", ranges.get(0)), new ShardInfo("b", "p", ranges.get(1))),
        0,
        0,
        Map.of(),
        1,
        1);
  }

  @Test
  void rows_are_expected_at_their_longest_and_no_answer_above_the_limit() {
    CollectionInfo collection = twoShards();
    List<FieldSchema> text = List.of(FieldSchema.of(101, "t", DataType.VARCHAR));
    assertThat(AnswerBudget.most(collection, text, 10)).isEqualTo(2 * 10 * (8 + 65_535L));
    assertThat(AnswerBudget.most(collection, text, 16_384)).isEqualTo(2 * AnswerSize.MAX_BYTES);
    assertThat(AnswerBudget.most(collection, text, -1)).isEqualTo(2 * AnswerSize.MAX_BYTES);
  }
}
