package kz.qaqpa.admission.quota;

/**
 * What a request has used.
 *
 * @param tokens of prompts and answers
 * @param characters of prompts and answers
 */
public record Used(long tokens, long characters) {
  /** Nothing at all. */
  public static final Used NOTHING = new Used(0, 0);

  /** Both together. */
  public Used plus(Used other) {
    return new Used(tokens + other.tokens, characters + other.characters);
  }
}
