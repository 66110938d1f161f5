package kz.qaqpa.http.wire;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.flow.RandomIds;

/** The header {@code traceparent} (W3C Trace Context, level 1). Functions only. */
final class TraceParent {
  static final String HEADER = "traceparent";

  /** Version, trace, parent, flags; a version that is to come may have more behind a dash. */
  private static final Pattern FORM =
      Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-[!-~]{0,256})?");

  private TraceParent() {}

  /**
   * The id of the trace that a request belongs to.
   *
   * @param headers all headers of this name; anything but one of good form starts a new trace
   * @return 32 hexadecimal digits, not all zero
   */
  static String traceId(List<String> headers) {
    Matcher form = FORM.matcher(headers.size() == 1 ? headers.getFirst() : "");
    if (form.matches() && isVersion(form.group(1), form.group(4) != null)) {
      String trace = form.group(2);
      if (!isZero(trace) && !isZero(form.group(3))) {
        return trace;
      }
    }
    return RandomIds.hex();
  }

  private static boolean isVersion(String version, boolean more) {
    return !version.equals("ff") && !(version.equals("00") && more);
  }

  private static boolean isZero(String digits) {
    return digits.chars().allMatch(digit -> digit == '0');
  }
}
