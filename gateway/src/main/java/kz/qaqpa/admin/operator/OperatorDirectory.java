package kz.qaqpa.admin.operator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which operator a key belongs to. Immutable; any thread.
 *
 * <p>A key is compared with every stored hash, each time in full, so that the time taken tells
 * nothing about how close it came.
 */
public final class OperatorDirectory {
  private final List<Operator> operators;
  private final List<Key> keys;

  /**
   * A stored key.
   *
   * @param sha256 64 lowercase hexadecimal digits
   * @param begin from when on it is good
   * @param end from when on it is no longer
   * @param operator whose it is
   */
  public record Key(String sha256, Instant begin, Instant end, Operator operator) {

    /** Whether it is good now. */
    public boolean isGood(Instant now) {
      return !now.isBefore(begin) && now.isBefore(end);
    }
  }

  private OperatorDirectory(List<Operator> operators, List<Key> keys) {
    this.operators = List.copyOf(operators);
    this.keys = List.copyOf(keys);
  }

  /** The directory that a file describes. */
  public static OperatorDirectory of(OperatorsFile file) {
    List<Operator> operators = new ArrayList<>();
    List<Key> keys = new ArrayList<>();
    for (OperatorsFile.OperatorEntry entry : file.operators()) {
      Operator operator = entry.operator();
      operators.add(operator);
      entry.keys().forEach(key -> keys.add(key(key, operator)));
    }
    return new OperatorDirectory(operators, keys);
  }

  private static Key key(OperatorsFile.KeyEntry written, Operator operator) {
    return new Key(
        written.sha256(),
        Objects.requireNonNullElse(written.notBefore(), Instant.MIN),
        Objects.requireNonNullElse(written.expires(), Instant.MAX),
        operator);
  }

  /** The same directory with one operator more. */
  public OperatorDirectory with(Operator operator, String sha256) {
    List<Operator> moreOperators = new ArrayList<>(operators);
    moreOperators.add(operator);
    List<Key> moreKeys = new ArrayList<>(keys);
    moreKeys.add(new Key(sha256, Instant.MIN, Instant.MAX, operator));
    return new OperatorDirectory(moreOperators, moreKeys);
  }

  /** All operators, in the order of the file. */
  public List<Operator> operators() {
    return operators;
  }

  /** The key of this hash, good or not, or null. */
  public @Nullable Key find(String sha256) {
    byte[] wanted = sha256.getBytes(StandardCharsets.US_ASCII);
    Key found = null;
    for (Key key : keys) {
      if (MessageDigest.isEqual(key.sha256().getBytes(StandardCharsets.US_ASCII), wanted)) {
        found = key;
      }
    }
    return found;
  }
}
