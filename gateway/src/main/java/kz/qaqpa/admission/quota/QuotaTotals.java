package kz.qaqpa.admission.quota;

import java.util.HashMap;
import java.util.Map;

/**
 * Sums over all agencies.
 *
 * @param settled used since the start
 * @param reserved held by running requests now
 * @param shrunk answers that were granted less than they asked for
 * @param refused requests refused, by the limit's name
 */
public record QuotaTotals(Used settled, Used reserved, long shrunk, Map<String, Long> refused) {
  static final QuotaTotals NONE = new QuotaTotals(Used.NOTHING, Used.NOTHING, 0, Map.of());

  QuotaTotals plus(QuotaTotals other) {
    Map<String, Long> sum = new HashMap<>(refused);
    other.refused.forEach((limit, count) -> sum.merge(limit, count, Long::sum));
    return new QuotaTotals(
        settled.plus(other.settled), reserved.plus(other.reserved), shrunk + other.shrunk, sum);
  }
}
