package kz.qaqpa.label.notice;

/**
 * A notice as it may stand at either end of a message: its sentence, with or without a link to some
 * agreement after it.
 */
record NoticeForm(String sentence, String beforeUrl, String afterUrl) {

  /** Where it begins if a message ends with it, white space aside; else -1. */
  int startAtEnd(String message) {
    int end = message.stripTrailing().length();
    int start = endsWith(message, end, sentence);
    if (start < 0) {
      int link = linkBefore(message, end);
      start = link < 0 ? -1 : endsWith(message, blankBefore(message, link), sentence);
    }
    return start <= 0 || Character.isWhitespace(message.charAt(start - 1)) ? start : -1;
  }

  /** Where it ends if a message begins with it, white space aside; else -1. */
  int endAtStart(String message) {
    int start = message.length() - message.stripLeading().length();
    if (!message.startsWith(sentence, start)) {
      return -1;
    }
    int end = start + sentence.length();
    int link = linkAfter(message, blankAfter(message, end));
    end = link < 0 ? end : link;
    return end == message.length() || Character.isWhitespace(message.charAt(end)) ? end : -1;
  }

  /** Where a link begins that ends here, or -1. */
  private int linkBefore(String message, int end) {
    int urlEnd = endsWith(message, end, afterUrl);
    if (urlEnd < 0) {
      return -1;
    }
    int before = message.lastIndexOf(beforeUrl, urlEnd);
    return before >= 0 && before + beforeUrl.length() < urlEnd && isUrl(message, before, urlEnd)
        ? before
        : -1;
  }

  private boolean isUrl(String message, int before, int urlEnd) {
    String url = message.substring(before + beforeUrl.length(), urlEnd);
    return url.startsWith("http") && url.chars().noneMatch(Character::isWhitespace);
  }

  /** Where a link ends that begins here, or -1. */
  private int linkAfter(String message, int start) {
    if (!message.startsWith(beforeUrl, start)) {
      return -1;
    }
    int url = start + beforeUrl.length();
    int end = url;
    while (end < message.length() && !Character.isWhitespace(message.charAt(end))) {
      end++;
    }
    if (!message.startsWith("http", url)) {
      return -1;
    }
    return message.startsWith(afterUrl, end) ? end + afterUrl.length() : end;
  }

  private static int endsWith(String message, int end, String part) {
    int start = end - part.length();
    return start >= 0 && message.startsWith(part, start) ? start : -1;
  }

  private static int blankBefore(String message, int from) {
    int at = from;
    while (at > 0 && Character.isWhitespace(message.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static int blankAfter(String message, int from) {
    int at = from;
    while (at < message.length() && Character.isWhitespace(message.charAt(at))) {
      at++;
    }
    return at;
  }
}
