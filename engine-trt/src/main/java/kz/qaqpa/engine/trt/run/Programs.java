package kz.qaqpa.engine.trt.run;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.engine.trt.device.Context;
import kz.qaqpa.engine.trt.device.Program;

/**
 * The two networks of a model: one token in each row, and rows of any length. Both read the same
 * weights and caches.
 *
 * @param decode profiles by growing numbers of rows
 * @param decodeRows most rows of each profile of {@code decode}
 * @param mixed of one profile
 */
public record Programs(Program decode, List<Integer> decodeRows, Program mixed) {
  /** Most rows of the profile for few: below it, weights are read for each row's sake. */
  private static final int FEW_ROWS = 8;

  /** Copies the list. */
  public Programs {
    decodeRows = List.copyOf(decodeRows);
    if (decodeRows.size() != decode.profiles()) {
      throw new IllegalArgumentException(
          "profiles: " + decode.profiles() + " (expected: " + decodeRows.size() + ")");
    }
  }

  /** Most rows of each profile of a decode network for so many slots. */
  public static List<Integer> decodeRows(int slots) {
    List<Integer> rows = new ArrayList<>();
    if (slots > FEW_ROWS) {
      rows.add(FEW_ROWS);
    }
    rows.add(slots);
    return rows;
  }

  /** Scratch memory for any of them, one at a time. */
  long scratchBytes() {
    long most = mixed.scratchBytes(0);
    for (int profile = 0; profile < decode.profiles(); profile++) {
      most = Math.max(most, decode.scratchBytes(profile));
    }
    return most;
  }

  /** A context for a decode step of so many rows. */
  Context decodeContext(int rows) {
    for (int profile = 0; profile < decodeRows.size(); profile++) {
      if (rows <= decodeRows.get(profile)) {
        return decode.context(profile);
      }
    }
    throw new IllegalArgumentException("rows: " + rows + " (expected: " + decodeRows + ")");
  }
}
