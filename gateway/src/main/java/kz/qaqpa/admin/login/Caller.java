package kz.qaqpa.admin.login;

import kz.qaqpa.admin.operator.Operator;
import org.jspecify.annotations.Nullable;

/**
 * Who asks at the admin port.
 *
 * @param operator who
 * @param session id of the session by which they ask, or null if they showed a key
 */
public record Caller(Operator operator, @Nullable String session) {

  /** Without the secret. */
  @Override
  public String toString() {
    return operator.signature();
  }
}
