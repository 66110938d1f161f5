package kz.qaqpa.label;

import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who answers for what an application says, and what it is under the law on artificial intelligence
 * (230-VIII of 2025): what its entry in the registry gives to its labels.
 *
 * @param agency id of the agency
 * @param application id of the application, unique within the agency
 * @param owner who owns it (меншік иесі, собственник)
 * @param holder who holds it (иегер, владелец)
 * @param risk article 17(1)
 * @param autonomy article 17(2)
 * @param mode article 17(4)
 * @param ground why its answers are labelled, at least one, each once
 * @param agreementUrl where its user agreement is, or null
 * @param humanReviewUrl where people can ask for a human to look again, or null
 */
public record Provenance(
    String agency,
    String application,
    LocalText owner,
    LocalText holder,
    Risk risk,
    Autonomy autonomy,
    Mode mode,
    List<Ground> ground,
    @Nullable String agreementUrl,
    @Nullable String humanReviewUrl) {
  /** What a failure may do. */
  public enum Risk {
    /** Next to nothing. */
    MINIMAL,
    /** Moral or material harm. */
    MEDIUM,
    /** An emergency, or significant harm to people or the state. */
    HIGH
  }

  /** How far it decides by itself. */
  public enum Autonomy {
    /** A human chooses and acts. */
    LOW,
    /** It decides, a human can correct. */
    MEDIUM,
    /** Nobody can correct it. */
    HIGH
  }

  /** Whom it is for. */
  public enum Mode {
    /** Everybody. */
    OPEN,
    /** A circle of users. */
    CLOSED,
    /** Restricted data, without a connection to public networks. */
    LOCAL
  }

  /** Why answers are labelled. */
  public enum Ground {
    /** A service is rendered by means of artificial intelligence. */
    SERVICE_NOTICE("21(1)"),
    /** What is made imitates a person or events that did not happen. */
    SYNTHETIC_RESULT("21(2)");

    private final String article;

    Ground(String article) {
      this.article = article;
    }

    /** The article and paragraph of the law. */
    public String article() {
      return article;
    }

    /**
     * A copy, once it is known that there is one at least, and each once.
     *
     * @throws IllegalArgumentException naming {@code ground}
     */
    public static List<Ground> checked(List<Ground> ground) {
      List<Ground> copy = List.copyOf(ground);
      if (copy.isEmpty() || EnumSet.copyOf(copy).size() < copy.size()) {
        throw new IllegalArgumentException(
            "ground: "
                + (copy.isEmpty() ? "none" : "one twice")
                + " (expected: service_notice, synthetic_result or both)");
      }
      return copy;
    }
  }

  /**
   * Checks that there is a ground, and that links are such.
   *
   * @throws IllegalArgumentException naming the field; also where autonomy is high and there is no
   *     link to a review by a human
   */
  public Provenance {
    ground = Ground.checked(ground);
    Links.require("agreementUrl", agreementUrl);
    Links.require("humanReviewUrl", humanReviewUrl);
    if (autonomy == Autonomy.HIGH && humanReviewUrl == null) {
      throw new IllegalArgumentException(
          "humanReviewUrl: absent (expected: a link, as autonomy is high)");
    }
  }

  /**
   * An application that declares nothing: only for one that nobody but this machine can use.
   *
   * @param name of the agency, which stands for owner and holder
   */
  public static Provenance undeclared(String agency, String application, LocalText name) {
    return new Provenance(
        agency,
        application,
        name,
        name,
        Risk.MINIMAL,
        Autonomy.LOW,
        Mode.CLOSED,
        List.of(Ground.SERVICE_NOTICE),
        null,
        null);
  }
}
