package kz.qaqpa.admin.login;

import java.net.InetAddress;
import java.util.function.LongSupplier;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.route.AddressLimit;

/**
 * How often somebody may try to log in, whether they succeed or not. Requests with a key are not
 * limited here: a flood of tries must not keep an operator from the switch, and 256 bits are not
 * guessed. Any thread.
 */
public final class LoginLimit {
  private final AddressLimit tries;

  /**
   * @param perMinute tries a minute from one address
   * @param nanoTime as {@link System#nanoTime}
   */
  public LoginLimit(int perMinute, LongSupplier nanoTime) {
    this.tries = new AddressLimit("logins", perMinute, nanoTime);
  }

  /**
   * Counts a try.
   *
   * @throws Refusal.OverQuota if there were too many
   */
  public void count(InetAddress address) {
    tries.count(address);
  }

  /** Addresses that are remembered now. */
  long remembered() {
    return tries.remembered();
  }
}
