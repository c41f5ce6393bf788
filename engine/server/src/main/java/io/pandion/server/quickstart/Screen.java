package io.pandion.server.quickstart;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/// Plain text for a person: steps, a bar, tables. One thread.
final class Screen {
  private static final int BAR = 30;

  private final PrintStream out;
  private final boolean terminal;

  /// @param terminal whether colours and a moving bar make sense
  Screen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  void title(String text) {
    out.println();
    out.println(terminal ? "\u001b[1m" + text + "\u001b[0m" : text);
  }

  void line(String text) {
    out.println("  " + text);
  }

  /// A bar that moves on a terminal, and nothing elsewhere.
  void progress(String what, long done, long of) {
    if (terminal) {
      int full = (int) (BAR * done / of);
      out.print(
          "\r  "
              + what
              + " ["
              + "#".repeat(full)
              + ".".repeat(BAR - full)
              + "] "
              + done
              + "/"
              + of);
      if (done >= of) {
        out.print("\r\u001b[2K");
      }
      out.flush();
    }
  }

  /// Rows below their headings; numbers are right-aligned.
  void table(List<String> headings, List<List<Object>> rows) {
    int[] widths = new int[headings.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = headings.get(i).length();
      for (List<Object> row : rows) {
        widths[i] = Math.max(widths[i], text(row.get(i)).length());
      }
    }
    out.println("    " + row(List.copyOf(headings), widths, rows));
    for (List<Object> row : rows) {
      out.println("    " + row(row, widths, rows));
    }
  }

  private static String row(List<Object> cells, int[] widths, List<List<Object>> rows) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      boolean number = !rows.isEmpty() && rows.getFirst().get(i) instanceof Number;
      String text = text(cells.get(i));
      String gap = " ".repeat(widths[i] - text.length());
      line.append(number ? gap + text : text + gap).append("  ");
    }
    return line.toString().stripTrailing();
  }

  private static String text(Object cell) {
    return cell instanceof Float || cell instanceof Double
        ? String.format(Locale.ROOT, "%.4f", ((Number) cell).doubleValue())
        : cell.toString();
  }
}
