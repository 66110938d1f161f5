package kz.qaqpa.cli;

import java.io.PrintStream;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.OperatorKey;
import kz.qaqpa.admin.operator.Role;

/**
 * {@code ./qaqpa key new --operator ID}: a key for somebody who looks after the gateway, printed
 * once and kept nowhere.
 */
final class OperatorKeyCommand {
  private OperatorKeyCommand() {}

  /**
   * Makes a key.
   *
   * @param operator its holder's id
   * @param out gets the key and nothing else, so that it can go straight into a file
   * @param err gets what goes into {@code operators.yaml}
   * @throws IllegalArgumentException if the id cannot be one
   */
  static void make(String operator, PrintStream out, PrintStream err) {
    Operator holder = new Operator(operator, operator, Role.OPERATOR, null); // Checks the id.
    String key = OperatorKey.random();
    err.println("for operator " + holder.id() + " in operators.yaml:");
    err.println("      keys:");
    err.println("        - sha256: " + OperatorKey.hash(key));
    err.println("the key, which is shown only now:");
    out.println(key);
  }
}
