package kz.qaqpa.cli.soak;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** What must not grow, and how much of growth is noise. */
enum Watched {
  RSS("resident memory, MiB", Window::rss, 0.10, 32),
  DIRECT("direct memory, MiB", Window::direct, 0.10, 8),
  HEAP("heap after GC, MiB", Window::heap, 0.10, 8),
  THREADS("threads", Window::threads, 0.05, 4),
  FILES("open files", Window::files, 0.10, 16),
  FIRST_TOKEN("TTFT p99, ms", Window::firstTokenP99, 0.50, 50),
  TOKEN_GAP("time between tokens p99, ms", Window::tokenGapP99, 0.50, 20);

  private final String words;
  private final ToDoubleFunction<Window> figure;
  private final double share;
  private final double floor;

  Watched(String words, ToDoubleFunction<Window> figure, double share, double floor) {
    this.words = words;
    this.figure = figure;
    this.share = share;
    this.floor = floor;
  }

  /** What it is, with its unit. */
  String words() {
    return words;
  }

  /** What may be growth of the median without being growth. */
  double tolerated(double median) {
    return Math.max(share * median, floor);
  }

  /** Its figure of a window. */
  double of(Window window) {
    return figure.applyAsDouble(window);
  }

  /** How it went. */
  Trend trend(List<Window> windows) {
    return Trend.of(windows.stream().mapToDouble(figure).toArray());
  }

  /** Whether it grows. */
  boolean grows(Trend trend) {
    return trend.grows(share, floor);
  }
}
