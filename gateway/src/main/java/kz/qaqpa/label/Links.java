package kz.qaqpa.label;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Addresses that people are sent to. Functions only. */
public final class Links {
  private static final int LONGEST = 2048;

  private Links() {}

  /**
   * Checks an address, if there is one: http or https, a host, ASCII, at most 2048 characters.
   *
   * @param field what the message calls it
   * @throws IllegalArgumentException naming the field, without the address
   */
  public static void require(String field, @Nullable String url) {
    if (url != null && !isLink(url)) {
      throw new IllegalArgumentException(
          field + ": no link (expected: https://… of at most " + LONGEST + " ASCII characters)");
    }
  }

  private static boolean isLink(String url) {
    try {
      URI uri = new URI(url);
      return url.length() <= LONGEST
          && url.chars().allMatch(c -> c > ' ' && c < 0x7f)
          && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
          && uri.getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
