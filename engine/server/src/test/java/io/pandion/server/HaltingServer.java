package io.pandion.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;

/// The program, but that it ends at once, as by SIGKILL, in the middle of the step whose text it
/// logs: the thread that logs it does nothing more.
final class HaltingServer {
  static final String TEXT = "pandion.test.halt.text";
  static final String TIMES = "pandion.test.halt.times";
  private static final int KILLED = 137;

  private HaltingServer() {}

  /// Ends the process at the text; is there again when the log is set up anew.
  private static final class Halt extends TurboFilter implements LoggerContextListener {
    private final String text = System.getProperty(TEXT, "");
    private final AtomicInteger left = new AtomicInteger(Integer.getInteger(TIMES, 1));

    @Override
    public FilterReply decide(
        @Nullable Marker marker,
        Logger logger,
        Level level,
        @Nullable String format,
        Object @Nullable [] parameters,
        @Nullable Throwable failure) {
      if (format != null
          && MessageFormatter.arrayFormat(format, parameters).getMessage().contains(text)
          && left.decrementAndGet() == 0) {
        Runtime.getRuntime().halt(KILLED);
      }
      return FilterReply.NEUTRAL;
    }

    @Override
    public boolean isResetResistant() {
      return true;
    }

    @Override
    public void onReset(LoggerContext context) {
      context.addTurboFilter(this);
    }

    @Override
    public void onStart(LoggerContext context) {}

    @Override
    public void onStop(LoggerContext context) {}

    @Override
    public void onLevelChange(Logger logger, Level level) {}
  }

  public static void main(String[] arguments) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Halt halt = new Halt();
    context.addListener(halt);
    context.addTurboFilter(halt);
    Main.main(arguments);
  }
}
