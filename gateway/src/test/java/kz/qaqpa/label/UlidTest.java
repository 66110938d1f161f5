package kz.qaqpa.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UlidTest {
  @Test
  void timeComesFirst() {
    // The example of the ULID specification: 1469918176385 is 01ARYZ6S41.
    assertThat(Ulid.next(Instant.ofEpochMilli(1_469_918_176_385L))).startsWith("01ARYZ6S41");
    assertThat(Ulid.next(Instant.EPOCH)).startsWith("0000000000");
    assertThat(Ulid.next(Instant.ofEpochMilli((1L << 48) - 1))).startsWith("7ZZZZZZZZZ");
  }

  @Test
  void theRestIsRandom_inEveryDigit() {
    Set<String> all = new HashSet<>();
    @SuppressWarnings("unchecked")
    Set<Character>[] digits = new Set[26];
    for (int i = 0; i < 26; i++) {
      digits[i] = new HashSet<>();
    }
    for (int n = 0; n < 2_000; n++) {
      String id = Ulid.next(LabelSamples.NOW);
      assertThat(Ulid.matches(id)).isTrue();
      all.add(id);
      for (int i = 0; i < 26; i++) {
        digits[i].add(id.charAt(i));
      }
    }
    assertThat(all).hasSize(2_000);
    for (int i = 10; i < 26; i++) {
      assertThat(digits[i]).as("digit " + i).hasSize(32);
    }
  }

  @Test
  void othersAreRefused() {
    assertThat(Ulid.matches("01ARYZ6S41TSV4RRFFQ69G5FAV")).isTrue();
    assertThat(Ulid.matches("81ARYZ6S41TSV4RRFFQ69G5FAV")).isFalse();
    assertThat(Ulid.matches("01ARYZ6S41TSV4RRFFQ69G5FAU")).isFalse();
    assertThatThrownBy(() -> Ulid.require("id", "x"))
        .hasMessage("id: malformed (expected: a ULID, 26 of 0-9 A-Z without I, L, O and U)");
  }

  @Test
  void theFirstOfAMomentSortsBetweenThoseBeforeAndItsOwn() {
    Instant moment = Instant.parse("2026-11-29T10:00:00.123Z");
    String first = Ulid.first(moment);
    assertThat(Ulid.matches(first)).isTrue();
    assertThat(first).endsWith("0".repeat(16)).isLessThan(Ulid.next(moment));
    assertThat(first).isGreaterThan(Ulid.next(moment.minusMillis(1)));
    assertThat(Ulid.first(Instant.MIN)).isEqualTo("0".repeat(26));
    assertThat(Ulid.first(Instant.MAX)).startsWith("7ZZ").matches(Ulid::matches);
  }
}
