package io.pandion.server;

import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/// The rules of the house that javac and Maven cannot see, over the packages below one *root*.
///
/// The root is a parameter, so that the tests can show a house that breaks each rule. A module is
/// the first package below the root; what lies below `wal` and `storage` is a module of its own, an
/// adapter.
final class HouseRules {

  /// The floor of each module. A module uses lower floors only, so two modules of one floor never
  /// know each other.
  private static final Map<String, Integer> FLOORS =
      Map.ofEntries(
          entry("model", 0),
          entry("protocol", 0),
          entry("wal", 1),
          entry("meta", 1),
          entry("storage", 1),
          entry("index", 1),
          entry("cluster", 2),
          entry("segment", 2),
          entry("wal.local", 2),
          entry("wal.objectstore", 2),
          entry("storage.s3", 2),
          entry("wal.kafka", 2),
          entry("wal.pulsar", 2),
          entry("proxy", 3),
          entry("coordinator", 3),
          entry("streaming", 3),
          entry("query", 3),
          entry("data", 3),
          entry("server", 4),
          entry("benchmarks", 5));

  /// Modules below whose package adapters lie.
  private static final Set<String> ADAPTED = Set.of("wal", "storage");

  /// Modules that only some may use, although the floors would let others.
  private static final Map<String, Set<String>> GUESTS =
      Map.of(
          "protocol", Set.of("proxy", "server", "benchmarks"),
          "wal.local", Set.of("server", "benchmarks"),
          "wal.objectstore", Set.of("server", "benchmarks"),
          "storage.s3", Set.of("server", "benchmarks"),
          "wal.kafka", Set.of("server", "benchmarks"),
          "wal.pulsar", Set.of("server", "benchmarks"));

  /// The modules that show their door and nothing else.
  private static final Set<String> CLOSED =
      Set.of(
          "proxy",
          "coordinator",
          "streaming",
          "query",
          "data",
          "wal.local",
          "wal.objectstore",
          "storage.s3",
          "wal.kafka",
          "wal.pulsar");

  /// The top-level classes that closed modules show: the role, its settings, and the reasoned
  /// exceptions.
  private static final Pattern DOORS =
      Pattern.compile(
          "proxy\\.(Proxy|ProxySettings)"
              // A package of its own inside the proxy: its door must be public for the proxy to see
              // it, and ANTLR writes
              // public classes only.
              + "|proxy\\.filter\\.(FilterParser|FilterGrammar\\w*)"
              + "|coordinator\\.(ActiveCoordinator|CoordinatorSettings)"
              + "|streaming\\.(LogStreamingNode|StreamingSettings)"
              + "|query\\.(MappedQueryNode|QuerySettings)"
              + "|data\\.(FileDataNode|DataSettings)"
              + "|wal\\.local\\.(LocalWalProvider|LocalWalSettings)"
              + "|wal\\.objectstore\\.(ObjectWalProvider|ObjectWalSettings)"
              + "|storage\\.s3\\.(S3ObjectStore|S3Settings)"
              + "|wal\\.kafka\\.(KafkaWalProvider|KafkaWalSettings)"
              + "|wal\\.pulsar\\.(PulsarWalProvider|PulsarWalSettings)");

  /// Where time and chance come from, and where people are spoken to.
  private static final Set<String> RIMS = Set.of("server", "benchmarks");

  private static final Pattern CLOCK_OR_CHANCE =
      Pattern.compile(
          "java\\.lang\\.System\\.(nanoTime|currentTimeMillis)\\(.*"
              + "|java\\.time\\.\\w+\\.now\\(.*"
              + "|java\\.time\\.(Clock|InstantSource)\\.(system|tick)\\w*\\(.*"
              + "|java\\.util\\.(Date|GregorianCalendar)\\.<init>\\(\\)"
              + "|java\\.util\\.Calendar\\.getInstance\\(.*"
              + "|java\\.lang\\.Math\\.random\\(.*"
              + "|java\\.util\\.UUID\\.randomUUID\\(.*"
              + "|java\\.util\\.Collections\\.shuffle\\(java\\.util\\.List\\)"
              // With a seed they replay; without one they do not.
              + "|java\\.util\\.(Random|SplittableRandom)\\.<init>\\(\\)"
              + "|java\\.util\\.concurrent\\.ThreadLocalRandom\\..*"
              + "|java\\.util\\.random\\.RandomGenerator\\.(getDefault|of)\\(.*"
              + "|java\\.util\\.random\\.RandomGeneratorFactory\\.create\\(\\)"
              + "|java\\.security\\.SecureRandom\\..*");

  private static final Pattern SLEEP =
      Pattern.compile(
          "java\\.lang\\.Thread\\.sleep\\(.*|java\\.util\\.concurrent\\.TimeUnit\\.sleep\\(.*");

  private static final Pattern CONSOLE =
      Pattern.compile(
          "java\\.lang\\.System\\.(out|err|console\\(\\))"
              + "|.*\\.printStackTrace\\(\\)|java\\.lang\\.Thread\\.dumpStack\\(\\)");

  private static final Pattern EMPTY_NAME =
      Pattern.compile(".*(Manager|Helper|Utils?|Impl|Processor)|(Abstract|Base)[A-Z].*");

  private final String root;

  HouseRules(String root) {
    this.root = root;
  }

  /// All rules by the sentence that states them.
  Map<String, ArchRule> all() {
    return Map.of(
        "a module uses lower floors only", everyClass(this::checkFloors),
        "packages form no cycle", packagesFormNoCycle(),
        "time and chance come in through constructors", noAccess(CLOCK_OR_CHANCE, RIMS),
        "nothing sleeps", noAccess(SLEEP, Set.of()),
        "nothing but the program writes to the console", noAccess(CONSOLE, RIMS),
        "nothing logs through java.util.logging", everyClass(this::checkLogging),
        "a closed module shows its door only", everyClass(this::checkDoors),
        "a class is named by its deed", everyClass(this::checkName));
  }

  /// The rule that a sentence states.
  ArchRule rule(String sentence) {
    return Objects.requireNonNull(all().get(sentence), sentence);
  }

  /// The module of a class below the root, such as `model` or `wal.local`.
  String module(JavaClass type) {
    String[] below = type.getPackageName().substring(root.length() + 1).split("\\.", -1);
    boolean adapter = ADAPTED.contains(below[0]) && below.length > 1;
    return adapter ? below[0] + "." + below[1] : below[0];
  }

  /// Every module that has a floor, except the generated one and those above the server, which it
  /// cannot see.
  static List<String> modulesOfTheServer() {
    return FLOORS.entrySet().stream()
        .filter(floor -> floor.getValue() <= 4)
        .map(Map.Entry::getKey)
        .filter(module -> !module.equals("protocol"))
        .sorted()
        .toList();
  }

  private void checkFloors(JavaClass type, ConditionEvents events) {
    String from = module(type);
    if (!FLOORS.containsKey(from)) {
      events.add(violated(type, type.getName() + " is in module " + from + ", which has no floor"));
      return;
    }
    for (var dependency : type.getDirectDependenciesFromSelf()) {
      JavaClass target = dependency.getTargetClass().getBaseComponentType();
      if (!inHouse(target) || module(target).equals(from)) {
        continue;
      }
      String to = module(target);
      boolean lower = FLOORS.getOrDefault(to, Integer.MAX_VALUE) < FLOORS.get(from);
      if (!lower || !GUESTS.getOrDefault(to, Set.of(from)).contains(from)) {
        events.add(
            violated(
                type,
                "module " + from + " must not use " + to + ": " + dependency.getDescription()));
      }
    }
  }

  private void checkLogging(JavaClass type, ConditionEvents events) {
    type.getDirectDependenciesFromSelf().stream()
        .filter(
            dependency -> dependency.getTargetClass().getPackageName().equals("java.util.logging"))
        .forEach(dependency -> events.add(violated(type, dependency.getDescription())));
  }

  private void checkDoors(JavaClass type, ConditionEvents events) {
    boolean shown = type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC);
    if (shown && CLOSED.contains(module(type)) && !DOORS.matcher(below(type)).matches()) {
      events.add(
          violated(type, type.getName() + " is public, and is no door of module " + module(type)));
    }
  }

  private void checkName(JavaClass type, ConditionEvents events) {
    if (!module(type).equals("protocol") && EMPTY_NAME.matcher(type.getSimpleName()).matches()) {
      events.add(violated(type, type.getName() + " says nothing of its deed"));
    }
  }

  private ArchRule packagesFormNoCycle() {
    return slices().matching(root + ".(**)").should().beFreeOfCycles();
  }

  private ArchRule noAccess(Pattern forbidden, Set<String> exceptModules) {
    return everyClass(
        (type, events) -> {
          if (!exceptModules.contains(module(type))) {
            type.getAccessesFromSelf().stream()
                .filter(access -> forbidden.matcher(target(access)).matches())
                .forEach(access -> events.add(violated(type, access.getDescription())));
          }
        });
  }

  /// The accessed member as `owner.name(parameters)`, or `owner.name` of a field.
  private static String target(JavaAccess<?> access) {
    return access.getTarget().getFullName();
  }

  private ArchRule everyClass(BiConsumer<JavaClass, ConditionEvents> check) {
    return classes()
        .that()
        .resideInAPackage(root + "..")
        .should(
            new ArchCondition<JavaClass>("keep the rule") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                check.accept(type, events);
              }
            });
  }

  private boolean inHouse(JavaClass type) {
    return type.getPackageName().startsWith(root + ".");
  }

  private String below(JavaClass type) {
    return type.getName().substring(root.length() + 1);
  }
}
