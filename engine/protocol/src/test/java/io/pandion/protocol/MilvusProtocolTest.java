package io.pandion.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import org.junit.jupiter.api.Test;

final class MilvusProtocolTest {

  @Test
  void the_service_has_every_call_of_the_client() {
    var service = MilvusServiceGrpc.getServiceDescriptor();

    assertThat(service.getName()).isEqualTo("milvus.proto.milvus.MilvusService");
    assertThat(service.getMethods())
        .hasSize(117)
        .extracting(method -> method.getBareMethodName())
        .contains(
            "Connect", "CreateCollection", "Insert", "Upsert", "Delete", "Search", "HybridSearch");
  }

  @Test
  void messages_keep_their_names_on_the_wire() throws InvalidProtocolBufferException {
    var request = InsertRequest.newBuilder().setCollectionName("birds").setNumRows(3).build();

    assertThat(InsertRequest.getDescriptor().getFullName())
        .isEqualTo("milvus.proto.milvus.InsertRequest");
    assertThat(InsertRequest.parseFrom(request.toByteArray())).isEqualTo(request);
  }

  @Test
  void no_class_shares_its_name_with_one_of_the_client() {
    assertThat(MilvusProto.getDescriptor().getDependencies())
        .extracting(file -> file.getOptions().getJavaPackage())
        .containsOnly("io.pandion.protocol", "com.google.protobuf");
  }
}
