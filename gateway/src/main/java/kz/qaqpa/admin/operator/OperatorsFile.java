package kz.qaqpa.admin.operator;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import kz.qaqpa.admission.registry.Secrets;
import org.jspecify.annotations.Nullable;

/**
 * {@code config/operators.yaml} as it is written.
 *
 * @param operators all operators
 */
public record OperatorsFile(List<OperatorEntry> operators) {
  /** Checks that ids and keys are unique. */
  public OperatorsFile {
    operators = List.copyOf(operators);
    Set<String> ids = new HashSet<>();
    Set<String> keys = new HashSet<>();
    for (OperatorEntry operator : operators) {
      requireNew(ids, "operators: id \"" + operator.id() + "\"", operator.id());
      for (KeyEntry key : operator.keys()) {
        requireNew(keys, "operators: key sha256 " + key.sha256(), key.sha256());
      }
    }
  }

  private static void requireNew(Set<String> seen, String what, String value) {
    if (!seen.add(value)) {
      throw new IllegalArgumentException(what + " twice (expected: once)");
    }
  }

  /**
   * An operator.
   *
   * @param id short ASCII name
   * @param name what people call it
   * @param role what it may do
   * @param agency only for an agency-admin, and then required
   * @param keys its keys; none if absent
   */
  public record OperatorEntry(
      String id, String name, Role role, @Nullable String agency, @Nullable List<KeyEntry> keys) {

    /** Checks that id, role and agency fit together. */
    public OperatorEntry {
      Operator _ = new Operator(id, name, role, agency);
      keys = keys == null ? List.of() : List.copyOf(keys);
    }

    @Override
    public List<KeyEntry> keys() {
      return keys == null ? List.of() : keys;
    }

    Operator operator() {
      return new Operator(id, name, role, agency);
    }
  }

  /**
   * A key, never itself: only its hash.
   *
   * @param sha256 64 lowercase hexadecimal digits
   * @param notBefore when it begins to be good; at once if absent
   * @param expires when it ends to be; never if absent
   * @param note for people: whose it is, where it lies
   */
  public record KeyEntry(
      String sha256,
      @Nullable Instant notBefore,
      @Nullable Instant expires,
      @Nullable String note) {

    /** Checks the form, and that it is ever good. */
    public KeyEntry {
      Secrets.requireSha256(sha256);
      if (notBefore != null && expires != null && !notBefore.isBefore(expires)) {
        throw new IllegalArgumentException(
            "expires: " + expires + " (expected: after notBefore, " + notBefore + ")");
      }
    }
  }
}
