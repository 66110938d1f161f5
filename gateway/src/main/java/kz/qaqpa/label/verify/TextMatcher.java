package kz.qaqpa.label.verify;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.notice.NoticePlacement;
import kz.qaqpa.tokenizer.split.Nfc;

/**
 * Looks for the text that was delivered behind the one that is given: as it is, then with one
 * tolerance after the other. Each try is a hash of the whole text, and there are some 25 of them at
 * most. Used once.
 */
final class TextMatcher {
  /** White space with which models begin and end, and which programs take off. */
  private static final List<String> BEFORE = List.of("", " ", "\n");

  private static final List<String> AFTER = List.of("", " ", "\n", "\n\n");

  private final String text;
  private final Set<Tolerance> given;

  TextMatcher(String text) {
    this.text = text;
    this.given =
        Nfc.normalizeLatest(text).equals(text)
            ? EnumSet.noneOf(Tolerance.class)
            : EnumSet.of(Tolerance.NORMAL_FORM);
  }

  /** A hash that was looked for, and what was overlooked to find it. */
  record Match(String sha256, List<Tolerance> tolerances) {}

  /**
   * Which of some hashes is the text's, with as little tolerance as possible.
   *
   * @param wanted hashes that would do
   * @param notice what the answer's notice was
   * @return null if it is none of them
   */
  @org.jspecify.annotations.Nullable
  Match find(Set<String> wanted, ContentLabel.Notice notice) {
    for (Map.Entry<String, Set<Tolerance>> candidate : candidates(notice).entrySet()) {
      String hash = TextHash.of(candidate.getKey());
      if (wanted.contains(hash)) {
        return new Match(hash, List.copyOf(candidate.getValue()));
      }
    }
    return null;
  }

  /** Hashes of the text as it is, and without what programs add. */
  static List<String> plainHashes(String text) {
    String lines = lines(text);
    return List.of(text, lines, lines.strip()).stream().distinct().map(TextHash::of).toList();
  }

  private Map<String, Set<Tolerance>> candidates(ContentLabel.Notice notice) {
    Map<String, Set<Tolerance>> tries = new LinkedHashMap<>();
    add(tries, text, given);
    Set<Tolerance> ends = with(given, Tolerance.LINE_ENDS);
    String lines = lines(text);
    Set<Tolerance> soFar = lines.equals(text) ? given : ends;
    add(tries, lines, soFar);
    String core = lines.strip();
    for (String before : BEFORE) {
      for (String after : AFTER) {
        add(tries, before + core + after, with(soFar, Tolerance.OUTER_SPACE));
      }
    }
    for (String whole : withNotice(lines, notice)) {
      add(tries, whole, with(soFar, Tolerance.NOTICE_CUT_OFF));
    }
    for (String before : BEFORE) {
      for (String whole : withNotice(before + core, notice)) {
        add(tries, whole, with(with(soFar, Tolerance.OUTER_SPACE), Tolerance.NOTICE_CUT_OFF));
      }
    }
    return tries;
  }

  private static List<String> withNotice(String answer, ContentLabel.Notice notice) {
    LocalText words = notice.text();
    List<String> whole = new ArrayList<>();
    for (String word : List.of(words.kk(), words.ru(), words.en())) {
      switch (notice.policy()) {
        case APPEND ->
            whole.add(answer.isEmpty() ? word : answer + NoticePlacement.SEPARATOR + word);
        case PREPEND -> whole.add(word + NoticePlacement.SEPARATOR + answer);
        case CLIENT -> {
          // It never was part of the answer.
        }
      }
    }
    return whole;
  }

  /** The first way to a text is the one with the least tolerance. */
  private static void add(
      Map<String, Set<Tolerance>> tries, String candidate, Set<Tolerance> tolerances) {
    tries.putIfAbsent(candidate, tolerances);
  }

  private static Set<Tolerance> with(Set<Tolerance> tolerances, Tolerance more) {
    Set<Tolerance> all = EnumSet.of(more);
    all.addAll(tolerances);
    return all;
  }

  private static String lines(String text) {
    return text.replace("\r\n", "\n").replace('\r', '\n');
  }
}
