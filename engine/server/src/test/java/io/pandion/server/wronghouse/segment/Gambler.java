package io.pandion.server.wronghouse.segment;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Asks the machine for the time and for luck.
class Gambler {
  LongSupplier clock = System::nanoTime;
  Supplier<Random> dice = Random::new;

  List<Object> ask(List<String> cards) {
    Collections.shuffle(cards);
    return List.of(
        System.currentTimeMillis(),
        Instant.now(),
        LocalDateTime.now(ZoneId.of("UTC")),
        Clock.systemUTC(),
        new SplittableRandom(),
        ThreadLocalRandom.current(),
        Math.random(),
        UUID.randomUUID(),
        new SecureRandom(),
        RandomGenerator.getDefault());
  }

  void sleep() throws InterruptedException {
    Thread.sleep(1);
    TimeUnit.MILLISECONDS.sleep(1);
  }
}
