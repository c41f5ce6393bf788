package io.pandion.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sets up the log, in code: logback finds this class before it looks for files.
public final class LogSetup extends ContextAwareBase implements Configurator {
  /// Libraries that tell of each failed request at length; those who made it tell of it, too.
  private static final List<String> CHATTY =
      List.of(
          "org.apache.hadoop.fs.s3a.S3ABlockOutputStream",
          "org.apache.hadoop.fs.s3a.S3AInstrumentation",
          "org.apache.hadoop.util.NativeCodeLoader");

  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %-18logger{0} %msg%n%xEx";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    install(context, new Settings.Logging("info", "warn", false));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// Logs of this process from now on.
  static void apply(Settings.Logging logging) {
    install((LoggerContext) LoggerFactory.getILoggerFactory(), logging);
  }

  private static void install(LoggerContext context, Settings.Logging logging) {
    context.reset();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("console");
    console.setEncoder(logging.json() ? json(context) : text(context));
    console.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(console);
    root.setLevel(Level.toLevel(logging.libraries()));
    if (root.getLevel().isGreaterOrEqual(Level.WARN)) {
      CHATTY.forEach(name -> context.getLogger(name).setLevel(Level.OFF));
    }
    context.getLogger("io.pandion").setLevel(Level.toLevel(logging.level()));
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    return encoder;
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMarkers(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    encoder.start();
    return encoder;
  }
}
