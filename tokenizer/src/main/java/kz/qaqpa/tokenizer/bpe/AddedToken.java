package kz.qaqpa.tokenizer.bpe;

/**
 * A token that is found in the text before it is split into words.
 *
 * @param id its id
 * @param content the text it is found by, not empty
 * @param singleWord found only where no word character touches it
 * @param lstrip swallows the white space before it
 * @param rstrip swallows the white space after it
 * @param normalized searched in the normalised text instead of in the text as given
 * @param special decoding may leave it out
 */
public record AddedToken(
    int id,
    String content,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {}
