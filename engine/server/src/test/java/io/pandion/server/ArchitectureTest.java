package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The house keeps its rules, and each rule reports a house that does not.
class ArchitectureTest {

  private static final String ROOT = "io.pandion";
  private static final String WRONG = "io.pandion.server.wronghouse";

  private static final HouseRules RULES = new HouseRules(ROOT);
  private static final JavaClasses HOUSE = house();

  /// What each rule must find in the wrong house: one text for each way to break it.
  private static final Map<String, List<String>> FOUND_IN_THE_WRONG_HOUSE =
      Map.of(
          "a module uses lower floors only",
          List.of(
              "module model must not use index",
              "module meta must not use storage",
              "module coordinator must not use query",
              "module storage must not use protocol",
              "module streaming must not use wal.local",
              "wronghouse.common.Everything is in module common, which has no floor"),
          "packages form no cycle",
          List.of("index.first", "index.second"),
          "time and chance come in through constructors",
          List.of(
              "System.nanoTime()",
              "System.currentTimeMillis()",
              "java.time.Instant.now()",
              "java.time.LocalDateTime.now(java.time.ZoneId)",
              "java.time.Clock.systemUTC()",
              "java.util.Random.<init>()",
              "java.util.SplittableRandom.<init>()",
              "java.util.concurrent.ThreadLocalRandom.current()",
              "java.lang.Math.random()",
              "java.util.UUID.randomUUID()",
              "java.security.SecureRandom.<init>()",
              "java.util.Collections.shuffle(java.util.List)",
              "java.util.random.RandomGenerator.getDefault()"),
          "nothing sleeps",
          List.of("java.lang.Thread.sleep(long)", "java.util.concurrent.TimeUnit.sleep(long)"),
          "nothing but the program writes to the console",
          List.of("java.lang.System.out", "java.lang.System.err", "printStackTrace()"),
          "nothing logs through java.util.logging",
          List.of("java.util.logging.Logger"),
          "a closed module shows its door only",
          List.of("proxy.Shown is public", "wal.local.LocalLog is public"),
          "a class is named by its deed",
          List.of(
              "$StoreManager says",
              "$StoreHelper says",
              "$StoreUtil says",
              "$StoreUtils says",
              "$StoreImpl says",
              "$StoreProcessor says",
              "$AbstractStore says",
              "$BaseStore says"));

  static Set<String> rules() {
    return new TreeSet<>(RULES.all().keySet());
  }

  @ParameterizedTest
  @MethodSource("rules")
  void the_house_keeps_the_rule(String rule) {
    var result = RULES.rule(rule).evaluate(HOUSE);

    assertThat(result.getFailureReport().getDetails()).as(rule).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void the_rule_reports_a_house_that_breaks_it(String rule) {
    var wrongHouse = new ClassFileImporter().importPackages(WRONG);

    var result = new HouseRules(WRONG).rule(rule).evaluate(wrongHouse);

    var report = String.join("\n", result.getFailureReport().getDetails());
    assertThat(report).contains(FOUND_IN_THE_WRONG_HOUSE.get(rule));
    // What keeps the rules stands beside what breaks them.
    assertThat(report).doesNotContain("wronghouse.model.Decent");
  }

  @Test
  void every_module_is_looked_at() {
    var seen = HOUSE.stream().map(RULES::module).collect(Collectors.toSet());

    assertThat(seen).containsExactlyInAnyOrderElementsOf(HouseRules.modulesOfTheServer());
  }

  /// The main classes of all modules on the class path of the server, be they folders or jars.
  private static JavaClasses house() {
    var classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            // Two thousand generated classes; Maven keeps them on their floor, for their module
            // declares no other.
            .withImportOption(location -> !location.contains("/io/pandion/protocol/"))
            // Guests of the house: programs that use the public client only.
            .withImportOption(location -> !location.contains("/io/pandion/examples/"))
            .importPackages(ROOT);
    assertThat(classes)
        .extracting(JavaClass::getName)
        .doesNotContain(ArchitectureTest.class.getName());
    return classes;
  }
}
