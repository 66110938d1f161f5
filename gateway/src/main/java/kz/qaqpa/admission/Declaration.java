package kz.qaqpa.admission;

import java.util.List;

/**
 * What the owner of an application declares of it, as the law on artificial intelligence asks
 * (230-VIII of 2025, articles 17 and 21); labels repeat it.
 *
 * @param purpose what it is for
 * @param owner who owns it (меншік иесі)
 * @param holder who holds it (иегер)
 * @param risk article 17(1)
 * @param autonomy article 17(2)
 * @param mode article 17(4)
 * @param ground why its answers are labelled; at least one
 */
public record Declaration(
    Agency.Names purpose,
    Agency.Names owner,
    Agency.Names holder,
    Risk risk,
    Autonomy autonomy,
    Mode mode,
    List<Ground> ground) {

  /** Checks that there is a ground, and each once. */
  public Declaration {
    ground = List.copyOf(ground);
    if (ground.isEmpty() || ground.stream().distinct().count() < ground.size()) {
      throw new IllegalArgumentException(
          "ground: "
              + (ground.isEmpty() ? "none" : "one twice")
              + " (expected: service_notice, synthetic_result or both)");
    }
  }

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
    /** Restricted data: only without a connection to public networks. */
    LOCAL
  }

  /** Why answers are labelled. */
  public enum Ground {
    /** Article 21(1): a service is rendered by means of artificial intelligence. */
    SERVICE_NOTICE,
    /** Article 21(2): what is made imitates a person or events. */
    SYNTHETIC_RESULT
  }
}
