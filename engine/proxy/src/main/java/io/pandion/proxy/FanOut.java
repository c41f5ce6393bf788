package io.pandion.proxy;

import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/// Runs blocking calls to several shards at the same time: the last on the calling thread, which
/// has nothing else to do, the others each on a thread of the executor.
record FanOut(ExecutorService executor) {
  /// All answers, in order of the calls. Waits for every call, also when one fails: the first
  /// failure is thrown then.
  <T> List<T> all(List<? extends Callable<T>> calls) {
    List<Future<T>> running = new ArrayList<>(calls.size());
    for (int i = 0; i < calls.size() - 1; i++) {
      running.add(executor.submit(calls.get(i)));
    }
    if (!calls.isEmpty()) {
      FutureTask<T> last = new FutureTask<>(calls.getLast());
      last.run();
      running.add(last);
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
