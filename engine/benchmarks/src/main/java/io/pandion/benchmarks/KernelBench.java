package io.pandion.benchmarks;

import io.pandion.index.kernel.RowFormat;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Measures the innermost loops with JMH, each beside a plain read of the same bytes.
@Command(
    name = "kernels",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Measures the innermost loops beside plain reads of the same bytes, as Markdown.",
      "",
      "JMH runs each loop in processes of its own; times are medians of wall time, so that the"
          + " machine must be quiet."
    })
public final class KernelBench implements Callable<Integer> {
  @Option(names = "--kernel", split = ",", description = "Of native, vector, scalar.")
  private List<String> kernels = List.of("native", "vector");

  @Option(names = "--dimension", split = ",", description = "Of the vectors, even.")
  private List<String> dimensions = List.of("100", "768");

  @Option(names = "--format", split = ",", description = "Of the rows.")
  private List<RowFormat> formats = List.of(RowFormat.values());

  @Option(names = "--forks", description = "Processes a loop.")
  private int forks = 1;

  @Option(names = "--iterations", description = "That count, after as many that warm up.")
  private int iterations = 5;

  @Option(names = "--millis", description = "Length of an iteration.")
  private int millis = 400;

  private KernelBench() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new KernelBench()).execute(args));
  }

  @Override
  public Integer call() throws RunnerException {
    List<Measure> reads = new ArrayList<>(run("vector", ".*\\.read.*"));
    for (String kernel : kernels) {
      List<Measure> loops = run(kernel, ".*\\.(inOrder|together|scattered)");
      table(kernel, loops, reads, System.out);
    }
    return 0;
  }

  /// Nanoseconds a row of one loop.
  record Measure(String loop, int dimension, String format, double nanos) {
    /// The plain read that belongs to the loop.
    String read() {
      if (loop.equals("together")) {
        return "readInOrder";
      }
      return "read" + Character.toUpperCase(loop.charAt(0)) + loop.substring(1);
    }

    int bytes() {
      return format.isEmpty()
          ? (int) (BlockKernels.bytes(dimension, RowKernels.ROWS) / RowKernels.ROWS)
          : RowKernels.stride(RowFormat.valueOf(format), dimension);
    }

    double gigabytes() {
      return bytes() / nanos;
    }
  }

  private List<Measure> run(String kernel, String methods) throws RunnerException {
    List<Measure> found =
        new ArrayList<>(
            measures(
                new Runner(
                        options(kernel, RowKernels.class, methods)
                            .param(
                                "format", formats.stream().map(Enum::name).toArray(String[]::new))
                            .build())
                    .run()));
    found.addAll(measures(new Runner(options(kernel, BlockKernels.class, methods).build()).run()));
    return found;
  }

  private ChainedOptionsBuilder options(String kernel, Class<?> of, String methods) {
    return new OptionsBuilder()
        .include(of.getName().replace(".", "\\.") + methods)
        .param("dimension", dimensions.toArray(String[]::new))
        .mode(Mode.AverageTime)
        .timeUnit(TimeUnit.NANOSECONDS)
        .forks(forks)
        .warmupIterations(iterations)
        .warmupTime(TimeValue.milliseconds(millis))
        .measurementIterations(iterations)
        .measurementTime(TimeValue.milliseconds(millis))
        .jvmArgsAppend("-Dpandion.kernel=" + kernel, "--sun-misc-unsafe-memory-access=allow")
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
  }

  private static List<Measure> measures(Collection<RunResult> results) {
    return results.stream()
        .map(
            result -> {
              var params = result.getParams();
              String name = params.getBenchmark();
              String format = params.getParam("format");
              return new Measure(
                  name.substring(name.lastIndexOf('.') + 1),
                  Integer.parseInt(params.getParam("dimension")),
                  format == null ? "" : format,
                  result.getPrimaryResult().getStatistics().getPercentile(50));
            })
        .toList();
  }

  /// One line a loop.
  static void table(String kernel, List<Measure> loops, List<Measure> reads, PrintStream out) {
    out.println("\nKernel " + kernel + ", " + RowKernels.ROWS + " rows\n");
    out.println(
        "| dimension | rows | order | bytes a row | ns a row | GB/s | plain read GB/s | share |");
    out.println("|---:|---|---|---:|---:|---:|---:|---:|");
    for (Measure loop : loops) {
      double limit =
          reads.stream()
              .filter(
                  r ->
                      r.loop().equals(loop.read())
                          && r.dimension() == loop.dimension()
                          && r.format().equals(loop.format()))
              .mapToDouble(Measure::gigabytes)
              .findFirst()
              .orElse(Double.NaN);
      out.printf(
          Locale.ROOT,
          "| %d | %s | %s | %d | %.2f | %.1f | %.1f | %.0f %% |%n",
          loop.dimension(),
          loop.format().isEmpty() ? "four-bit blocks" : loop.format(),
          order(loop.loop()),
          loop.bytes(),
          loop.nanos(),
          loop.gigabytes(),
          limit,
          100 * loop.gigabytes() / limit);
    }
  }

  private static String order(String loop) {
    return switch (loop) {
      case "inOrder" -> "in order";
      case "together" -> "in order, " + RowKernels.TOGETHER + " queries, each";
      default -> loop;
    };
  }
}
