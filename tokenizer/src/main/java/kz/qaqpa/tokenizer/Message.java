package kz.qaqpa.tokenizer;

import java.util.List;

/**
 * One message of a chat.
 *
 * @param role one of {@link #ROLES}: templates write it between special tokens, so it is no free
 *     text
 * @param content what was said; any well-formed text
 */
public record Message(String role, String content) {
  /** The roles that chat templates know. */
  public static final List<String> ROLES =
      List.of("system", "developer", "user", "assistant", "tool", "function", "ipython");

  public Message {
    if (!ROLES.contains(role)) {
      throw new IllegalArgumentException(
          "role: a string of length " + role.length() + " (expected: one of " + ROLES + ")");
    }
  }
}
