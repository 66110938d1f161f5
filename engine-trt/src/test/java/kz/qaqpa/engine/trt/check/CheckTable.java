package kz.qaqpa.engine.trt.check;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows that were measured, and rows that were not, with the reason; in the order of the plan. */
final class CheckTable {
  private static final int NAME_WIDTH = 44;

  private final Map<String, String> rows = new LinkedHashMap<>();
  private final List<String> failed = new ArrayList<>();
  private final PrintStream out;
  private int notRun;

  CheckTable(PrintStream out) {
    this.out = out;
  }

  /** Says which rows there will be. */
  void plan(String... names) {
    for (String name : names) {
      rows.put(name, "");
    }
  }

  /** A row's figure; printed at once, for whoever waits. */
  void measured(String name, String value) {
    if (rows.put(name, value) == null) {
      throw new IllegalArgumentException(name + ": no row of that name");
    }
    print(name, value);
  }

  /** A row that must hold and does not. */
  void failed(String name, String value) {
    failed.add(name);
    measured(name, "FAILED: " + value);
  }

  /** All rows that have nothing yet were not run, for this reason. */
  void notRun(String reason) {
    rows.replaceAll((name, value) -> {
      if (!value.isEmpty()) {
        return value;
      }
      notRun++;
      print(name, "not run: " + reason);
      return "not run: " + reason;
    });
  }

  private void print(String name, String value) {
    out.printf("%-" + NAME_WIDTH + "s | %s%n", name, value);
    out.flush();
  }

  /** 0 if every row was measured, 1 if one failed, 3 if one was not run. */
  int status() {
    return !failed.isEmpty() ? 1 : notRun > 0 ? 3 : 0;
  }
}
