package io.pandion.streaming;

import io.pandion.model.PandionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Calls something that may take for ever.
final class Bounded {
  private Bounded() {}

  /// Waits for the answer, but not longer than told.
  ///
  /// @param what does not answer in time, for the error
  /// @param late takes an answer that nobody waits for any more
  /// @throws PandionException UNAVAILABLE_RETRY when it takes longer, and what the action throws
  static <T> T within(long millis, String what, Supplier<T> action, Consumer<T> late) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("bounded")
        .start(
            () -> {
              try {
                T given = action.get();
                if (!answer.complete(given)) {
                  late.accept(given);
                }
              } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
              }
            });
    try {
      T _ = answer.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | InterruptedException e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      // unless it has just come
      answer.completeExceptionally(
          PandionException.unavailable(what + " did not answer within " + millis + " ms; retry"));
    } catch (ExecutionException e) {
      throw thrown(e.getCause());
    }
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw thrown(e.getCause());
    }
  }

  private static RuntimeException thrown(@Nullable Throwable cause) {
    return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
  }
}
