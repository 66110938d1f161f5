package kz.qaqpa.report;

import kz.qaqpa.config.Expect;

/**
 * Section {@code reports}.
 *
 * @param perReader reports that one application, or one administrator, may have in the making at
 *     once, 1 to 100
 * @param total the same for all of them together, at least as many and at most 1,000
 */
public record ReportSettings(int perReader, int total) {

  /** Checks ranges. */
  public ReportSettings {
    Expect.range("reports.perReader", perReader, 1, 100);
    Expect.range("reports.total", total, perReader, 1000);
  }
}
