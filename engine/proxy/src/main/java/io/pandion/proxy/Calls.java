package io.pandion.proxy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.pandion.meta.DatabaseInfo;
import io.pandion.model.PandionException;
import io.pandion.protocol.MilvusServiceGrpc;
import io.pandion.protocol.Status;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// All methods of the Milvus service: those that were [#on] run on an executor, every other one
/// answers with a status that names it. Filled by one thread, then immutable.
final class Calls {
  /// Answers one request.
  interface Answer<Q extends Message, R extends Message> {
    /// @param database that the call is about
    R to(Q request, String database);
  }

  private final Map<String, Answer<Message, Message>> answers = new HashMap<>();
  private final Map<String, Executor> executors = new HashMap<>();
  private final Executor executor;

  Calls(Executor executor) {
    this.executor = executor;
  }

  /// Runs on an executor of its own.
  <Q extends Message, R extends Message> void on(
      MethodDescriptor<Q, R> method, Executor own, Answer<Q, R> answer) {
    executors.put(method.getFullMethodName(), own);
    on(method, answer);
  }

  @SuppressWarnings("unchecked") // the method's descriptor ties both types
  <Q extends Message, R extends Message> void on(
      MethodDescriptor<Q, R> method, Answer<Q, R> answer) {
    answers.put(method.getFullMethodName(), (Answer<Message, Message>) (Answer<?, ?>) answer);
  }

  ServerServiceDefinition service() {
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(MilvusServiceGrpc.getServiceDescriptor());
    for (MethodDescriptor<?, ?> method : MilvusServiceGrpc.getServiceDescriptor().getMethods()) {
      add(service, method);
    }
    return service.build();
  }

  @SuppressWarnings("unchecked") // every message of the service is a protobuf message
  private void add(ServerServiceDefinition.Builder service, MethodDescriptor<?, ?> any) {
    MethodDescriptor<Message, Message> method = (MethodDescriptor<Message, Message>) any;
    service.addMethod(method, handler(method));
  }

  private ServerCallHandler<Message, Message> handler(MethodDescriptor<Message, Message> method) {
    Executor runs = executors.getOrDefault(method.getFullMethodName(), executor);
    return switch (method.getType()) {
      case UNARY ->
          ServerCalls.asyncUnaryCall((request, out) -> dispatch(method, runs, request, out));
      case SERVER_STREAMING ->
          ServerCalls.asyncServerStreamingCall((_, out) -> out.onError(unsupported(method)));
      default ->
          ServerCalls.asyncBidiStreamingCall(
              out -> {
                out.onError(unsupported(method));
                return new Ignored();
              });
    };
  }

  private void dispatch(
      MethodDescriptor<Message, Message> method,
      Executor runs,
      Message request,
      StreamObserver<Message> out) {
    String database = database(request);
    ServiceRequestContext context = context();
    Executor sends = context == null ? Runnable::run : context.eventLoop();
    Runnable call =
        () -> {
          try {
            Message answer = answer(method, request, database);
            // head, body and end change threads together
            sends.execute(() -> send(answer, out));
          } catch (StatusRuntimeException e) {
            out.onError(e);
          }
        };
    runs.execute(context == null ? call : context.makeContextAware(call));
  }

  private static void send(Message answer, StreamObserver<Message> out) {
    try {
      out.onNext(answer);
      out.onCompleted();
    } catch (StatusRuntimeException e) {
      out.onError(e);
    }
  }

  /// The answer to one request, or a response that carries the status of its error.
  ///
  /// @throws StatusRuntimeException when the response has no place for a status
  Message answer(MethodDescriptor<Message, Message> method, Message request, String database) {
    try {
      Answer<Message, Message> answer = answers.get(method.getFullMethodName());
      if (answer == null) {
        throw PandionException.unsupported(method.getBareMethodName() + " is not supported");
      }
      return withStatus(answer.to(request, database));
    } catch (RuntimeException e) {
      return withStatus(method, MilvusCodes.status(e));
    }
  }

  private static Message withStatus(MethodDescriptor<Message, Message> method, Status status) {
    Message prototype =
        ((MethodDescriptor.PrototypeMarshaller<Message>) method.getResponseMarshaller())
            .getMessagePrototype();
    if (prototype == null || prototype instanceof Status) {
      return status;
    }
    FieldDescriptor field = statusField(prototype.getDescriptorForType());
    if (field != null) {
      return prototype.newBuilderForType().setField(field, status).build();
    }
    throw io.grpc.Status.UNIMPLEMENTED.withDescription(status.getReason()).asRuntimeException();
  }

  /// The answer with a status: clients that read an absent message as null need one.
  private static Message withStatus(Message answer) {
    FieldDescriptor field = statusField(answer.getDescriptorForType());
    return field == null || answer.hasField(field)
        ? answer
        : answer.toBuilder().setField(field, Status.getDefaultInstance()).build();
  }

  private static @Nullable FieldDescriptor statusField(Descriptor type) {
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && !field.isRepeated()
          && field.getMessageType().equals(Status.getDescriptor())) {
        return field;
      }
    }
    return null;
  }

  private static String database(Message request) {
    FieldDescriptor field = request.getDescriptorForType().findFieldByName("db_name");
    if (field == null) {
      field = request.getDescriptorForType().findFieldByName("dbName");
    }
    if (field != null && request.getField(field) instanceof String name && !name.isEmpty()) {
      return name;
    }
    ServiceRequestContext call = context();
    String header = call == null ? null : call.request().headers().get("dbname");
    return header == null || header.isEmpty() ? DatabaseInfo.DEFAULT : header;
  }

  private static @Nullable ServiceRequestContext context() {
    return RequestContext.currentOrNull() instanceof ServiceRequestContext call ? call : null;
  }

  private static RuntimeException unsupported(MethodDescriptor<?, ?> method) {
    return io.grpc.Status.UNIMPLEMENTED
        .withDescription(method.getBareMethodName() + " is not supported")
        .asRuntimeException();
  }

  /// Takes what a refused stream still sends.
  private static final class Ignored implements StreamObserver<Message> {
    @Override
    public void onNext(Message value) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }
}
