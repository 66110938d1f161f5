package kz.qaqpa.label.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Letters of one script in words of the other that look like letters of it: a Latin i for the
 * Cyrillic і. A word with a foreign letter that looks like none, such as an abbreviation with a
 * Kazakh ending, is passed over. Functions only.
 */
public final class ScriptMixing {
  private static final int MOST_PLACES = 10;

  /** A Latin letter, then the Cyrillic one that looks like it. */
  private static final String LOOKALIKES =
      "aаcсeеiіjјoоpрsѕxхyуhһəәëёïїqԛwԝdԁAАBВCСEЕHНIІJЈKКMМOОPРSЅTТXХYУƏӘËЁÏЇɵөƟӨ";

  private static final Map<Integer, Integer> TO_CYRILLIC = new HashMap<>();
  private static final Map<Integer, Integer> TO_LATIN = new HashMap<>();

  static {
    for (int i = 0; i < LOOKALIKES.length(); i += 2) {
      TO_CYRILLIC.put((int) LOOKALIKES.charAt(i), (int) LOOKALIKES.charAt(i + 1));
      TO_LATIN.put((int) LOOKALIKES.charAt(i + 1), (int) LOOKALIKES.charAt(i));
    }
  }

  private ScriptMixing() {}

  /**
   * Where a letter was found.
   *
   * @param offset code points before it
   * @param letter the letter: U+0069 LATIN SMALL LETTER I
   */
  public record Place(int offset, String letter) {}

  /** The first ten places. */
  static List<Place> find(String text) {
    List<Place> places = new ArrayList<>();
    Words words = new Words(text);
    while (places.size() < MOST_PLACES && words.next()) {
      words.foreign((index, point, _) -> {
        if (places.size() < MOST_PLACES) {
          places.add(new Place(index, name(point)));
        }
      });
    }
    return places;
  }

  /**
   * The text with each such letter replaced by its lookalike.
   *
   * @param kazakhY whether a Latin Y was meant to be Ү and not У
   */
  static String unify(String text, boolean kazakhY) {
    int[] points = text.codePoints().toArray();
    Words words = new Words(text);
    while (words.next()) {
      words.foreign((index, point, lookalike) -> {
        points[index] = kazakhY ? kazakhY(point, lookalike) : lookalike;
      });
    }
    return new String(points, 0, points.length);
  }

  private static int kazakhY(int point, int lookalike) {
    return switch (point) {
      case 'Y' -> 'Ү';
      case 'y' -> 'ү';
      default -> lookalike;
    };
  }

  private static String name(int point) {
    return String.format("U+%04X %s", point, Character.getName(point));
  }

  private interface Visitor {
    void letter(int index, int point, int lookalike);
  }

  /** Goes through the words of a text: runs of letters and marks. */
  private static final class Words {
    private final int[] points;
    private int from;
    private int to;

    Words(String text) {
      this.points = text.codePoints().toArray();
    }

    boolean next() {
      from = to;
      while (from < points.length && !isPart(points[from])) {
        from++;
      }
      to = from;
      while (to < points.length && isPart(points[to])) {
        to++;
      }
      return from < to;
    }

    /** Visits letters of the rarer script, if all of them look like letters of the other. */
    void foreign(Visitor visitor) {
      int latin = count(Character.UnicodeScript.LATIN);
      int cyrillic = count(Character.UnicodeScript.CYRILLIC);
      boolean isLatin = latin > cyrillic;
      Map<Integer, Integer> lookalikes = isLatin ? TO_LATIN : TO_CYRILLIC;
      int found = 0;
      for (int i = from; i < to; i++) {
        found += lookalikes.containsKey(points[i]) ? 1 : 0;
      }
      if (found == 0 || found < Math.min(latin, cyrillic)) {
        return;
      }
      for (int i = from; i < to; i++) {
        Integer lookalike = lookalikes.get(points[i]);
        if (lookalike != null) {
          visitor.letter(i, points[i], lookalike);
        }
      }
    }

    private int count(Character.UnicodeScript script) {
      int count = 0;
      for (int i = from; i < to; i++) {
        count += Character.UnicodeScript.of(points[i]) == script ? 1 : 0;
      }
      return count;
    }

    private static boolean isPart(int point) {
      return Character.isLetter(point) || Character.getType(point) == Character.NON_SPACING_MARK;
    }
  }
}
