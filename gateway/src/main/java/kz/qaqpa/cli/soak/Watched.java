package kz.qaqpa.cli.soak;

import java.util.List;

/** What must not grow, and how much of growth is noise. */
enum Watched {
  RSS("resident memory, MiB", 0.10, 32),
  DIRECT("direct memory, MiB", 0.10, 8),
  HEAP("heap after GC, MiB", 0.10, 8),
  THREADS("threads", 0.05, 4),
  FILES("open files", 0.10, 16),
  FIRST_TOKEN("TTFT p99, ms", 0.50, 50),
  TOKEN_GAP("time between tokens p99, ms", 0.50, 20);

  private final String words;
  private final double share;
  private final double floor;

  Watched(String words, double share, double floor) {
    this.words = words;
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
    return switch (this) {
      case RSS -> window.rss();
      case DIRECT -> window.direct();
      case HEAP -> window.heap();
      case THREADS -> window.threads();
      case FILES -> window.files();
      case FIRST_TOKEN -> window.firstTokenP99();
      case TOKEN_GAP -> window.tokenGapP99();
    };
  }

  /** How it went. */
  Trend trend(List<Window> windows) {
    return Trend.of(windows.stream().mapToDouble(this::of).toArray());
  }

  /** Whether it grows. */
  boolean grows(Trend trend) {
    return trend.grows(share, floor);
  }
}
