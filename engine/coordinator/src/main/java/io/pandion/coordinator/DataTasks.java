package io.pandion.coordinator;

import io.pandion.cluster.DataNode;
import io.pandion.cluster.DataNode.TaskStatus;
import io.pandion.cluster.TaskSpec;
import io.pandion.model.PandionException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Has tasks run by data nodes, a few at a time on each. Threads: any number; a call blocks its own
/// until the task is done.
final class DataTasks {
  private static final int SLOTS = 2;
  private static final long FIRST_POLL_MILLIS = 20;
  private static final long LAST_POLL_MILLIS = 1_000;
  private final List<DataNode> nodes = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> busy = new HashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  void attach(DataNode node) {
    nodes.add(node);
  }

  /// Takes a slot of the node with the fewest tasks, or nothing when all are busy.
  synchronized Optional<DataNode> reserve() {
    DataNode best = null;
    int least = SLOTS;
    for (DataNode node : nodes) {
      int tasks = busy.getOrDefault(node.name(), 0);
      if (tasks < least) {
        least = tasks;
        best = node;
      }
    }
    if (best != null) {
      busy.merge(best.name(), 1, Integer::sum);
    }
    return Optional.ofNullable(best);
  }

  synchronized void free(DataNode node) {
    busy.merge(node.name(), -1, Integer::sum);
  }

  /// Runs a task to its end.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY with the node's error when the attempt failed
  TaskStatus run(DataNode node, TaskSpec task) {
    node.submit(task);
    long pause = FIRST_POLL_MILLIS;
    try {
      while (!closed.await(pause, TimeUnit.MILLISECONDS)) {
        TaskStatus status = node.poll(task.taskId());
        switch (status.state()) {
          case RUNNING -> pause = Math.min(2 * pause, LAST_POLL_MILLIS);
          case DONE -> {
            return status;
          }
          case FAILED, UNKNOWN ->
              throw PandionException.unavailable(
                  "task "
                      + task.taskId()
                      + ", attempt "
                      + task.attempt()
                      + " on data node "
                      + node.name()
                      + ": "
                      + (status.error().isEmpty() ? "unknown there" : status.error()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      node.cancel(task.taskId());
    }
    throw PandionException.unavailable("the coordinator stops; task " + task.taskId());
  }

  void close() {
    closed.countDown();
  }
}
