package io.pandion.proxy;

import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/// Runs blocking calls to several shards at the same time, each on a thread of the executor.
record FanOut(ExecutorService executor) {
  /// All answers, in order of the calls. Waits for every call, also when one fails: the first
  /// failure is thrown then.
  <T> List<T> all(List<? extends Callable<T>> calls) {
    List<Future<T>> running = new ArrayList<>(calls.size());
    for (Callable<T> call : calls) {
      running.add(executor.submit(call));
    }
    List<T> answers = new ArrayList<>(calls.size());
    RuntimeException failure = null;
    for (Future<T> one : running) {
      try {
        answers.add(one.get());
      } catch (ExecutionException e) {
        failure = failure == null ? failure(e) : failure;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw PandionException.unavailable("interrupted while waiting for a shard");
      }
    }
    if (failure != null) {
      throw failure;
    }
    return answers;
  }

  private static RuntimeException failure(ExecutionException e) {
    Throwable cause = e.getCause();
    return cause instanceof RuntimeException known
        ? known
        : new PandionException(
            PandionException.Reason.INTERNAL,
            PandionException.Subject.NONE,
            String.valueOf(cause),
            e);
  }
}
