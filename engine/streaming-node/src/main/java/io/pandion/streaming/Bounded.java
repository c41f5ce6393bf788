package io.pandion.streaming;

import io.pandion.model.PandionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
      return answer.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | InterruptedException e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      PandionException slow =
          PandionException.unavailable(what + " did not answer within " + millis + " ms; retry");
      if (answer.completeExceptionally(slow)) {
        throw slow;
      }
      return answer.join();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
