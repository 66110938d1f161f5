package kz.qaqpa.admin.login;

import java.time.Instant;

/**
 * A new session, as its holder is told of it: nothing of this is kept here.
 *
 * @param id 256 random bits, for the cookie
 * @param csrf what requests of the session that change something carry in a header
 * @param end when it ends at the latest
 */
public record Login(String id, String csrf, Instant end) {

  /** Without the secrets. */
  @Override
  public String toString() {
    return "Login[until " + end + "]";
  }
}
