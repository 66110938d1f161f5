package kz.qaqpa.tokenizer.split;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Normalisation form C as Hugging Face's library computes it: with the tables of Unicode 9. Later
 * characters that the JDK knows to reorder or to compose are left alone here.
 *
 * <p>Linear but for the sorting of runs of combining marks, which the JDK does by insertion: long
 * runs are sorted here first.
 */
public final class Nfc {
  private static final int LONG_RUN = 64;

  /**
   * Characters younger than Unicode 9 with a combining class, or with a part in a composition:
   * pairs of first and last code point.
   */
  private static final int[] TOO_YOUNG = {
    0x07FD, 0x07FD, 0x0897, 0x089F, 0x08CA, 0x08D3, 0x09FE, 0x09FE, 0x0C3C, 0x0C3C, 0x0D3B, 0x0D3C,
    0x0EBA, 0x0EBA, 0x1715, 0x1715, 0x1ABF, 0x1ACE, 0x1DF6, 0x1DFA, 0xA82C, 0xA82C, 0x105C9,
    0x105C9, 0x105D2, 0x105D2, 0x105DA, 0x105DA, 0x105E4, 0x105E4, 0x10D24, 0x10D27, 0x10D69,
    0x10D6D, 0x10EAB, 0x10EAC, 0x10EFD, 0x10EFF, 0x10F46, 0x10F50, 0x10F82, 0x10F85, 0x11070,
    0x11070, 0x1133B, 0x1133B, 0x11382, 0x11385, 0x1138B, 0x1138B, 0x1138E, 0x1138E, 0x11390,
    0x11391, 0x113B8, 0x113B8, 0x113BB, 0x113BB, 0x113C2, 0x113C2, 0x113C5, 0x113C5, 0x113C7,
    0x113C9, 0x113CE, 0x113D0, 0x1145E, 0x1145E, 0x11839, 0x1183A, 0x11930, 0x11930, 0x11935,
    0x11935, 0x11938, 0x11938, 0x1193D, 0x1193E, 0x11943, 0x11943, 0x119E0, 0x119E0, 0x11A34,
    0x11A34, 0x11A47, 0x11A47, 0x11A99, 0x11A99, 0x11D42, 0x11D42, 0x11D44, 0x11D45, 0x11D97,
    0x11D97, 0x11F41, 0x11F42, 0x1611E, 0x16129, 0x1612F, 0x1612F, 0x16D63, 0x16D63, 0x16D67,
    0x16D6A, 0x16FF0, 0x16FF1, 0x1E08F, 0x1E08F, 0x1E130, 0x1E136, 0x1E2AE, 0x1E2AE, 0x1E2EC,
    0x1E2EF, 0x1E4EC, 0x1E4EF, 0x1E5EE, 0x1E5EF,
  };

  private Nfc() {}

  /** Whether the text is normal at a glance; if not, it may still be. */
  public static boolean isSurelyNormal(char[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text[i];
      // Latin-1 and Latin Extended, Cyrillic with the Kazakh letters, punctuation and signs.
      boolean plain =
          c < 0x300
              || (c >= 0x400 && c < 0x483)
              || (c >= 0x48A && c < 0x530)
              || (c >= 0x2010 && c < 0x2028)
              || c == '№'
              || c == '₸';
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  /** The normal form of well-formed text. */
  public static String normalize(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    int done = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      int next = i + Character.charCount(point);
      if (isTooYoung(point)) {
        out.append(normalizeLatest(text.substring(done, i))).appendCodePoint(point);
        done = next;
      }
      i = next;
    }
    return out.append(normalizeLatest(text.substring(done))).toString();
  }

  private static boolean isTooYoung(int point) {
    if (point < TOO_YOUNG[0]) {
      return false;
    }
    int low = 0;
    int high = TOO_YOUNG.length / 2 - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (point < TOO_YOUNG[2 * middle]) {
        high = middle - 1;
      } else if (point > TOO_YOUNG[2 * middle + 1]) {
        low = middle + 1;
      } else {
        return true;
      }
    }
    return false;
  }

  /**
   * The normal form with the JDK's own tables, as other programs of today compute it: what hashes
   * are taken of. Unpaired surrogates stay as they are.
   */
  public static String normalizeLatest(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean sorted = false;
    for (int i = 0; i < text.length(); ) {
      int end = endOfMarks(text, i);
      if (end - i > LONG_RUN) {
        appendSorted(text.substring(i, end), out);
        sorted = true;
        i = end;
      } else {
        int next = Math.max(end, i + Character.charCount(text.codePointAt(i)));
        out.append(text, i, next);
        i = next;
      }
    }
    return Normalizer.normalize(sorted ? out : text, Normalizer.Form.NFC);
  }

  private static int endOfMarks(String text, int from) {
    int i = from;
    while (i < text.length()) {
      int point = text.codePointAt(i);
      switch (Character.getType(point)) {
        case Character.NON_SPACING_MARK,
            Character.ENCLOSING_MARK,
            Character.COMBINING_SPACING_MARK ->
            i += Character.charCount(point);
        default -> {
          return i;
        }
      }
    }
    return i;
  }

  /**
   * Appends a run of marks in canonical order, decomposed. The JDK does not tell combining classes,
   * but it tells of two marks whether they change places.
   */
  private static void appendSorted(String run, StringBuilder out) {
    List<Integer> marks = new ArrayList<>();
    Map<Integer, int[]> decomposed = new HashMap<>();
    run.codePoints()
        .forEach(mark -> {
          for (int part : decomposed.computeIfAbsent(mark, Nfc::decompose)) {
            marks.add(part);
          }
        });
    List<Integer> distinct = new ArrayList<>(marks.stream().distinct().toList());
    List<Integer> starters = distinct.stream().filter(Nfc::isStarter).toList();
    distinct.removeAll(starters);
    distinct.sort(Nfc::compareClasses);
    Map<Integer, Integer> rank = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      boolean same = i > 0 && compareClasses(distinct.get(i - 1), distinct.get(i)) == 0;
      rank.put(distinct.get(i), same ? rank.getOrDefault(distinct.get(i - 1), 0) : i);
    }
    int start = 0;
    for (int i = 0; i <= marks.size(); i++) {
      if (i == marks.size() || !rank.containsKey(marks.get(i))) {
        marks.subList(start, i).sort(Comparator.comparing(mark -> rank.getOrDefault(mark, 0)));
        start = i + 1;
      }
    }
    marks.forEach(out::appendCodePoint);
  }

  private static int[] decompose(int point) {
    return nfd(Character.toString(point)).codePoints().toArray();
  }

  /** Combining classes other than 0 lie between those of U+0334, 1, and U+0345, 240. */
  private static boolean isStarter(int point) {
    return compareClasses(point, 0x334) == 0 && compareClasses(0x345, point) == 0;
  }

  private static int compareClasses(int a, int b) {
    if (a == b) {
      return 0;
    }
    return swap(a, b) ? 1 : swap(b, a) ? -1 : 0;
  }

  private static boolean swap(int first, int second) {
    String both = Character.toString(first) + Character.toString(second);
    return !nfd(both).equals(both);
  }

  private static String nfd(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFD);
  }
}
