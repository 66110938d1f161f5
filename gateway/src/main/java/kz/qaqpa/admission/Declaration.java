package kz.qaqpa.admission;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import kz.qaqpa.label.Links;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.Provenance;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of an application declares of it, as the law on artificial intelligence asks
 * (230-VIII of 2025, articles 15 to 18 and 21); labels repeat a part of it. What a degree of risk
 * or autonomy demands, and which functions are refused, is checked where the registry is read.
 *
 * @param purpose what it is for
 * @param owner who owns it (меншік иесі)
 * @param holder who holds it (иегер)
 * @param risk article 17(1)
 * @param autonomy article 17(2)
 * @param mode article 17(4)
 * @param ground why its answers are labelled; at least one
 * @param agreementUrl where its user agreement is (articles 15 and 16), or null
 * @param humanReviewUrl where people can ask for a human to look again, or null
 * @param oversight the office that oversees it, or null
 * @param documents titles, numbers or addresses of the documents that order 95/НҚ lists, at most 32
 *     of 256 characters; none if absent
 * @param functions what it does, each once; none told if absent
 */
public record Declaration(
    LocalText purpose,
    LocalText owner,
    LocalText holder,
    Provenance.Risk risk,
    Provenance.Autonomy autonomy,
    Provenance.Mode mode,
    List<Provenance.Ground> ground,
    @Nullable String agreementUrl,
    @Nullable String humanReviewUrl,
    @Nullable Oversight oversight,
    @Nullable List<String> documents,
    @Nullable List<Function> functions) {
  private static final int MOST_DOCUMENTS = 32;
  private static final int LONGEST_TITLE = 256;

  /**
   * Checks the form of each part.
   *
   * @throws IllegalArgumentException naming the part
   */
  public Declaration {
    ground = Provenance.Ground.checked(ground);
    Links.require("agreementUrl", agreementUrl);
    Links.require("humanReviewUrl", humanReviewUrl);
    documents = documents == null ? List.of() : List.copyOf(documents);
    requireReferences(documents);
    functions = functions == null ? List.of() : List.copyOf(functions);
    if (!functions.isEmpty() && EnumSet.copyOf(functions).size() < functions.size()) {
      throw new IllegalArgumentException("functions: one twice (expected: each once)");
    }
  }

  private static void requireReferences(List<String> documents) {
    if (documents.size() > MOST_DOCUMENTS) {
      throw new IllegalArgumentException(
          "documents: " + documents.size() + " (expected: at most " + MOST_DOCUMENTS + ")");
    }
    for (String document : documents) {
      if (document.startsWith("https://") || document.startsWith("http://")) {
        Links.require("documents", document);
      } else if (document.isBlank()
          || document.length() > LONGEST_TITLE
          || document.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "documents: one of "
                + document.strip().length()
                + " characters (expected: addresses, or titles of 1 to "
                + LONGEST_TITLE
                + " characters on one line)");
      }
    }
  }

  @Override
  public List<String> documents() {
    return Objects.requireNonNull(documents);
  }

  @Override
  public List<Function> functions() {
    return Objects.requireNonNull(functions);
  }

  /**
   * What labels say of the application.
   *
   * @throws IllegalArgumentException where autonomy is high and there is no address for a review by
   *     a human, which the registry never lets in
   */
  Provenance provenance(String agency, String application) {
    return new Provenance(
        agency,
        application,
        owner,
        holder,
        risk,
        autonomy,
        mode,
        ground,
        agreementUrl,
        humanReviewUrl);
  }

  /**
   * The office that oversees an application, and how to reach it; never a person's private data.
   *
   * @param name of the office, or null
   * @param phone with or without a country code, or null
   * @param email a mailbox of the office, or null
   * @param url a page, or null
   */
  public record Oversight(
      @Nullable LocalText name,
      @Nullable String phone,
      @Nullable String email,
      @Nullable String url) {
    /** Short numbers, such as those of call centres, are numbers too. */
    private static final Pattern PHONE = Pattern.compile("\\+?[0-9][0-9 ()-]{1,30}[0-9]");

    private static final Pattern EMAIL =
        Pattern.compile("[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+");
    private static final int LONGEST_EMAIL = 254;

    /**
     * Checks that there is a way to reach it.
     *
     * @throws IllegalArgumentException naming the part
     */
    public Oversight {
      if (phone == null && email == null && url == null) {
        throw new IllegalArgumentException(
            "none of phone, email and url (expected: at least one of them)");
      }
      if (phone != null && !PHONE.matcher(phone).matches()) {
        throw new IllegalArgumentException(
            "phone: no number (expected: such as \"+7 7172 74 00 00\" or \"1414\")");
      }
      if (email != null && (email.length() > LONGEST_EMAIL || !EMAIL.matcher(email).matches())) {
        throw new IllegalArgumentException(
            "email: no address (expected: such as ai@agency.example.kz)");
      }
      Links.require("url", url);
    }
  }

  /**
   * What an application does. The last seven are those of article 17(3), by short names of ours:
   * the law's own words decide what falls under them.
   */
  public enum Function {
    /** Answers questions. */
    QUESTION_ANSWERING,
    /** Writes letters and documents that a human reads first. */
    DRAFTING,
    /** Makes texts shorter. */
    SUMMARISATION,
    /** From one language into another. */
    TRANSLATION,
    /** Sorts texts, not people. */
    CLASSIFICATION,
    /** Finds facts in texts. */
    EXTRACTION,
    /** Writes programs. */
    PROGRAMMING,
    /** Prepares what a human decides. */
    DECISION_SUPPORT,
    /** Item 1: subliminal or manipulative methods. */
    MANIPULATION(1),
    /** Item 2: use of a weakness of age, disability or social position. */
    EXPLOITATION_OF_VULNERABILITY(2),
    /** Item 3: scores or classes of people by behaviour over time or by inferred traits. */
    SOCIAL_SCORING(3),
    /** Item 4: personal data processed against the law. */
    UNLAWFUL_PERSONAL_DATA(4),
    /** Item 5: classes of people by biometric data, to discriminate. */
    BIOMETRIC_CATEGORISATION(5),
    /** Item 6: emotions found out without consent. */
    EMOTION_DETECTION_WITHOUT_CONSENT(6),
    /** Item 7: results that laws prohibit. */
    PROHIBITED_CONTENT(7);

    private final int item;

    Function() {
      this(0);
    }

    Function(int item) {
      this.item = item;
    }

    /** Whether article 17(3) prohibits it. */
    public boolean isProhibited() {
      return item > 0;
    }

    /** The item of article 17(3) that prohibits it, 1 to 7; 0 if none does. */
    public int item() {
      return item;
    }
  }
}
