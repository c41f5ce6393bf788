package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Owners of rising and falling terms write to one topic, and what the fenced ones had under way
/// arrives late, between the records of the young: every reader still sees one dense log, in which
/// all that lay in its writer's reign is there once.
final class TopicReplayRandomTest {
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final String CHANNEL = "c";

  /// An owner and what it has sent that is not in the topic yet.
  private static final class Owner {
    final long term;
    final long reign;
    final List<TopicRecord<Long>> underWay = new ArrayList<>();
    long nextLsn;
    boolean fenced;

    Owner(long term, long reign, long nextLsn) {
      this.term = term;
      this.reign = reign;
      this.nextLsn = nextLsn;
    }
  }

  private final Random random = new Random(SEED);
  private final List<TopicRecord<Long>> topic = new ArrayList<>();
  private final List<Owner> owners = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();

  @Test
  void late_records_of_fenced_owners_count_for_no_reader() {
    System.out.println("TopicReplayRandomTest -Dseed=" + SEED);
    int stale = 0;
    for (int run = 0; run < 200; run++) {
      topic.clear();
      owners.clear();
      expected.clear();
      for (int step = 0; step < 120; step++) {
        step();
      }
      List<WalMessage> read = replay(new TopicReplay<>(CHANNEL), topic);
      assertThat(read).extracting(TopicReplayRandomTest::text).isEqualTo(expected);
      for (int i = 0; i < read.size(); i++) {
        assertThat(read.get(i).lsn()).isEqualTo(i + 1);
      }
      stale += topic.size() - read.size();
      readFromTheMiddle(read);
    }
    assertThat(stale).isGreaterThan(200);
  }

  private void step() {
    if (owners.isEmpty() || random.nextInt(12) == 0) {
      open();
      return;
    }
    Owner owner = owners.get(random.nextInt(owners.size()));
    if (random.nextBoolean() && !owner.fenced) {
      send(owner);
    } else if (!owner.underWay.isEmpty()) {
      arrive(owner);
    }
  }

  private void open() {
    long highest = owners.stream().filter(o -> !o.fenced).mapToLong(o -> o.term).max().orElse(0);
    long term = Math.max(0, highest + random.nextInt(3) - 1);
    long position = topic.size();
    topic.add(TopicRecord.fence(position, term));
    if (term < highest) {
      return; // refused; its fence is nothing
    }
    owners.forEach(o -> o.fenced = true);
    owners.add(new Owner(term, position, expected.size() + 1L));
  }

  /// One message in one to three parts.
  private void send(Owner owner) {
    int parts = 1 + random.nextInt(3);
    for (int part = 0; part < parts; part++) {
      byte[] value = (owner.reign + "." + part + ";").getBytes(StandardCharsets.UTF_8);
      owner.underWay.add(
          new TopicRecord<>(
              -1L, owner.reign, owner.term, owner.nextLsn, owner.nextLsn, "v", part, parts, value));
    }
    owner.nextLsn++;
  }

  private void arrive(Owner owner) {
    TopicRecord<Long> sent = owner.underWay.removeFirst();
    topic.add(
        new TopicRecord<>(
            (long) topic.size(),
            sent.reign(),
            sent.term(),
            sent.lsn(),
            sent.tick(),
            sent.vchannel(),
            sent.part(),
            sent.parts(),
            sent.value()));
    if (random.nextInt(10) == 0) {
      topic.add(again(topic.get(topic.size() - 1 - random.nextInt(Math.min(3, topic.size())))));
    }
    if (!owner.fenced && sent.isLastPart()) {
      StringBuilder body = new StringBuilder();
      for (int part = 0; part < sent.parts(); part++) {
        body.append(owner.reign).append('.').append(part).append(';');
      }
      expected.add(sent.lsn() + " " + sent.term() + " " + body);
    }
  }

  /// What a client sends again when it had no answer; a fence is sent once.
  private TopicRecord<Long> again(TopicRecord<Long> sent) {
    TopicRecord<Long> one = sent.isFence() ? topic.getLast() : sent;
    return new TopicRecord<>(
        (long) topic.size(),
        one.reign(),
        one.term(),
        one.lsn(),
        one.tick(),
        one.vchannel(),
        one.part(),
        one.parts(),
        one.value());
  }

  /// A reader that starts in front of a message of which it knows the reign sees the same.
  private void readFromTheMiddle(List<WalMessage> whole) {
    long reign = -1;
    long term = -1;
    long seen = 0;
    for (int i = 0; i < topic.size(); i++) {
      TopicRecord<Long> record = topic.get(i);
      if (record.isFence() && record.term() >= term) {
        reign = i;
        term = record.term();
        seen = 0;
      } else if (record.reign() != null
          && record.reign() == reign
          && record.part() == 0
          && record.lsn() > seen) {
        seen = record.lsn();
        TopicReplay<Long> middle = new TopicReplay<>(CHANNEL);
        middle.startIn(reign, term, record.lsn(), 0);
        assertThat(replay(middle, topic.subList(i, topic.size())))
            .extracting(TopicReplayRandomTest::text)
            .isEqualTo(
                whole.stream()
                    .filter(m -> m.lsn() >= record.lsn())
                    .map(TopicReplayRandomTest::text)
                    .toList());
      }
    }
  }

  @Test
  void a_gap_is_corrupt() {
    TopicReplay<Long> replay = new TopicReplay<>(CHANNEL);
    replay.accept(TopicRecord.fence(0L, 1));
    replay.accept(record(1, 1));
    assertThatThrownBy(() -> replay.accept(record(2, 3)))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA))
        .hasMessageContaining("message 3")
        .hasMessageContaining("message 2");
  }

  private static TopicRecord<Long> record(long position, long lsn) {
    return new TopicRecord<>(position, 0L, 1, lsn, lsn, "v", 0, 1, new byte[1]);
  }

  private static List<WalMessage> replay(
      TopicReplay<Long> replay, List<TopicRecord<Long>> records) {
    List<WalMessage> out = new ArrayList<>();
    for (TopicRecord<Long> record : records) {
      @Nullable WalMessage message = replay.accept(record);
      if (message != null) {
        out.add(message);
      }
    }
    return out;
  }

  private static String text(WalMessage m) {
    return m.lsn() + " " + m.term() + " " + StandardCharsets.UTF_8.decode(m.body().encoded());
  }
}
