package kz.qaqpa.batching;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What service costs, and how it is shared out. Costs are counted in weighted tokens.
 *
 * @param promptWeight cost of a prompt token that is computed, above 0 to 1,000
 * @param outputWeight cost of a token of an answer, above 0 to 1,000
 * @param cachedWeight cost of a prompt token whose KV was found, 0 to 1,000
 * @param interactiveShare part of all service that {@link PriorityClass#INTERACTIVE} gets at least
 *     while it waits, 0 to below 1
 * @param batchShare the same for {@link PriorityClass#BATCH}; both together below 1
 * @param localityQuantum weighted tokens by which the service of two agencies may differ more
 *     because the one whose prompt lies in a slot is preferred; 0 turns this off
 * @param rememberedAgencies counters of agencies without requests that are kept, 1 to 1,000,000
 * @param agencyWeights agencies that are to get more or less than others
 */
public record FairnessSettings(
    double promptWeight,
    double outputWeight,
    double cachedWeight,
    double interactiveShare,
    double batchShare,
    int localityQuantum,
    int rememberedAgencies,
    List<AgencyWeight> agencyWeights) {

  /** Checks ranges, copies the list. */
  public FairnessSettings {
    requireWeight("promptWeight", promptWeight);
    requireWeight("outputWeight", outputWeight);
    if (!(cachedWeight >= 0 && cachedWeight <= 1_000)) {
      throw new IllegalArgumentException(
          "fairness.cachedWeight: " + cachedWeight + " (expected: 0 to 1000)");
    }
    requireShare("interactiveShare", interactiveShare);
    requireShare("batchShare", batchShare);
    if (interactiveShare + batchShare >= 1) {
      throw new IllegalArgumentException(
          "fairness.batchShare: "
              + batchShare
              + " (expected: less than 1 together with interactiveShare, "
              + interactiveShare
              + ")");
    }
    requireRange("localityQuantum", localityQuantum, 0, 1 << 24);
    requireRange("rememberedAgencies", rememberedAgencies, 1, 1_000_000);
    agencyWeights = List.copyOf(agencyWeights);
    Set<String> seen = new HashSet<>();
    for (AgencyWeight weight : agencyWeights) {
      if (!seen.add(weight.agency())) {
        throw new IllegalArgumentException(
            "fairness.agencyWeights: " + weight.agency() + " twice (expected: each agency once)");
      }
    }
  }

  /**
   * How much of the service an agency is to get, beside one of weight 1.
   *
   * @param weight above 0 to 1,000
   */
  public record AgencyWeight(String agency, double weight) {
    /** Checks the range. */
    public AgencyWeight {
      requireWeight("weight", weight);
    }
  }

  /** What a server starts with. */
  public static FairnessSettings defaults() {
    return new FairnessSettings(1, 2, 0.1, 0.10, 0.05, 2_048, 4_096, List.of());
  }

  /** The same with other guaranteed shares. */
  public FairnessSettings withShares(double interactive, double batch) {
    return new FairnessSettings(
        promptWeight,
        outputWeight,
        cachedWeight,
        interactive,
        batch,
        localityQuantum,
        rememberedAgencies,
        agencyWeights);
  }

  /** The same with another bound of prefix locality. */
  public FairnessSettings withLocalityQuantum(int quantum) {
    return new FairnessSettings(
        promptWeight,
        outputWeight,
        cachedWeight,
        interactiveShare,
        batchShare,
        quantum,
        rememberedAgencies,
        agencyWeights);
  }

  /** The same with other agencies to be told from the rest. */
  public FairnessSettings withAgencies(int remembered, List<AgencyWeight> weights) {
    return new FairnessSettings(
        promptWeight,
        outputWeight,
        cachedWeight,
        interactiveShare,
        batchShare,
        localityQuantum,
        remembered,
        weights);
  }

  private static void requireWeight(String name, double value) {
    if (!(value > 0 && value <= 1_000)) {
      throw new IllegalArgumentException(
          "fairness." + name + ": " + value + " (expected: above 0, at most 1000)");
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "fairness." + name + ": " + value + " (expected: 0 to below 1)");
    }
  }

  private static void requireRange(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          "fairness." + name + ": " + value + " (expected: " + low + " to " + high + ")");
    }
  }
}
