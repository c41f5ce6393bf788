package io.pandion.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.pandion.model.PandionException;
import io.pandion.protocol.ErrorCode;
import io.pandion.protocol.HasCollectionRequest;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallsTest {
  private final Calls calls = new Calls(Runnable::run);

  @Test
  void every_unary_method_without_an_answer_names_itself_in_a_status() {
    List<String> silent = new ArrayList<>();
    for (MethodDescriptor<?, ?> method : MilvusServiceGrpc.getServiceDescriptor().getMethods()) {
      if (method.getType() == MethodDescriptor.MethodType.UNARY
          && !answer(method).contains(method.getBareMethodName() + " is not supported")) {
        silent.add(method.getBareMethodName());
      }
    }
    assertThat(silent).isEmpty();
  }

  @Test
  void an_error_of_an_answer_becomes_the_status_of_its_response() {
    calls.on(
        MilvusServiceGrpc.getHasCollectionMethod(),
        (q, _) -> {
          throw PandionException.notFound(
              PandionException.Subject.COLLECTION,
              "collection '" + q.getCollectionName() + "' is gone");
        });
    Message answer =
        calls.answer(
            erased(MilvusServiceGrpc.getHasCollectionMethod()),
            HasCollectionRequest.newBuilder().setCollectionName("a").build(),
            "default");
    Status status = ((io.pandion.protocol.BoolResponse) answer).getStatus();
    assertThat(status.getCode()).isEqualTo(100);
    assertThat(status.getReason()).isEqualTo("collection 'a' is gone");
  }

  @Test
  @SuppressWarnings("deprecation") // the legacy code is what is tested
  void a_stale_schema_carries_the_legacy_code_that_makes_clients_retry() {
    Status status =
        MilvusCodes.status(
            new PandionException(
                PandionException.Reason.SCHEMA_MISMATCH,
                PandionException.Subject.COLLECTION,
                "collection 'a' has a newer schema"));
    assertThat(status.getErrorCode()).isEqualTo(ErrorCode.SchemaMismatch);
  }

  private String answer(MethodDescriptor<?, ?> method) {
    try {
      return calls
          .answer(erased(method), HasCollectionRequest.getDefaultInstance(), "default")
          .toString();
    } catch (StatusRuntimeException noPlaceForAStatus) {
      return String.valueOf(noPlaceForAStatus.getMessage());
    }
  }

  @SuppressWarnings("unchecked") // every message of the service is a protobuf message
  private static MethodDescriptor<Message, Message> erased(MethodDescriptor<?, ?> method) {
    return (MethodDescriptor<Message, Message>) method;
  }
}
