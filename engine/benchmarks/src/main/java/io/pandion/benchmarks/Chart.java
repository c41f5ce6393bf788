package io.pandion.benchmarks;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/// Draws curves: recall to the right, queries a CPU second upwards, by powers of ten.
final class Chart {
  private static final int WIDTH = 1100;
  private static final int HEIGHT = 720;
  private static final int LEFT = 90;
  private static final int RIGHT = 30;
  private static final int TOP = 66;
  private static final int BOTTOM = 60;
  private static final Color[] COLOURS = {
    new Color(0x1f77b4), new Color(0xd62728), new Color(0x2ca02c), new Color(0xff7f0e),
    new Color(0x9467bd), new Color(0x8c564b), new Color(0xe377c2), new Color(0x17becf),
    new Color(0x7f7f7f), new Color(0xbcbd22)
  };

  private final List<Curve> curves;
  private final double leastRecall;
  private final double leastQps;
  private final double mostQps;

  private Chart(List<Curve> curves) {
    this.curves = curves;
    this.leastRecall =
        Math.min(0.99, curves.stream().mapToDouble(c -> c.best().get(0).recall()).min().orElse(0));
    this.leastQps = qps().min().orElse(1) / 1.2;
    this.mostQps = qps().max().orElse(10) * 1.2;
  }

  private java.util.stream.DoubleStream qps() {
    return curves.stream()
        .flatMap(curve -> curve.best().stream())
        .mapToDouble(point -> point.median(Measured::cpuQps));
  }

  static void write(String title, List<Curve> curves, Path file) throws IOException {
    System.setProperty("java.awt.headless", "true");
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, WIDTH, HEIGHT);
    new Chart(curves).draw(g, title);
    g.dispose();
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("cannot write " + file);
    }
  }

  private void draw(Graphics2D g, String title) {
    g.setColor(Color.BLACK);
    g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
    g.drawString(title, 15, 24);
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    axes(g);
    for (int i = 0; i < curves.size(); i++) {
      curve(g, curves.get(i), COLOURS[i % COLOURS.length], i);
    }
  }

  private void axes(Graphics2D g) {
    double step = 1 - leastRecall > 0.3 ? 0.1 : 1 - leastRecall > 0.1 ? 0.05 : 0.01;
    for (double recall = Math.ceil(leastRecall / step) * step; recall < 1.0001; recall += step) {
      line(g, x(recall), TOP, x(recall), HEIGHT - BOTTOM);
      g.drawString("%.2f".formatted(recall), x(recall) - 14, HEIGHT - BOTTOM + 20);
    }
    for (double power = 1; power < 1e9; power *= 10) {
      for (int times : new int[] {1, 2, 5}) {
        double qps = power * times;
        if (qps >= leastQps && qps <= mostQps) {
          line(g, LEFT, y(qps), WIDTH - RIGHT, y(qps));
          g.drawString("%,.0f".formatted(qps), 15, y(qps) + 5);
        }
      }
    }
    g.drawString("recall@10", WIDTH / 2, HEIGHT - 15);
    g.drawString("queries / CPU second", 15, TOP - 12);
  }

  private static void line(Graphics2D g, int x1, int y1, int x2, int y2) {
    g.setColor(new Color(0xdddddd));
    g.drawLine(x1, y1, x2, y2);
    g.setColor(Color.BLACK);
  }

  private void curve(Graphics2D g, Curve curve, Color colour, int place) {
    g.setColor(colour);
    g.setStroke(new BasicStroke(2));
    int lastX = -1;
    int lastY = -1;
    for (Curve.Point point : curve.best()) {
      int x = x(point.recall());
      int y = y(point.median(Measured::cpuQps));
      if (lastX >= 0) {
        g.drawLine(lastX, lastY, x, y);
      }
      g.fillOval(x - 4, y - 4, 8, 8);
      lastX = x;
      lastY = y;
    }
    int top = HEIGHT - BOTTOM - 20 * (curves.size() - place);
    g.fillRect(LEFT + 15, top - 9, 18, 8);
    g.setColor(Color.BLACK);
    g.drawString(curve.engine(), LEFT + 40, top);
  }

  private int x(double recall) {
    double at = (recall - leastRecall) / (1 - leastRecall);
    return LEFT + (int) Math.round(at * (WIDTH - LEFT - RIGHT));
  }

  private int y(double qps) {
    double at = Math.log(qps / leastQps) / Math.log(mostQps / leastQps);
    return HEIGHT - BOTTOM - (int) Math.round(at * (HEIGHT - TOP - BOTTOM));
  }
}
