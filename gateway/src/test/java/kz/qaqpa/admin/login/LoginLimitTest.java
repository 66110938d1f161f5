package kz.qaqpa.admin.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.FakeClock;
import org.junit.jupiter.api.Test;

class LoginLimitTest {
  private final FakeClock clock = new FakeClock("2026-11-23T12:00:00Z");
  private final LoginLimit limit = new LoginLimit(3, clock::nanos);

  private void fill(String address) throws UnknownHostException {
    for (int i = 0; i < 3; i++) {
      limit.count(InetAddress.getByName(address));
    }
  }

  private void assertFull(String address) {
    assertThatThrownBy(() -> limit.count(InetAddress.getByName(address)))
        .isInstanceOfSatisfying(
            Refusal.OverQuota.class,
            over -> assertThat(over.retryAfter()).isEqualTo(Duration.ofSeconds(20)));
  }

  @Test
  void anAddress_hasSoMany_andOneMoreEachTwentySeconds() throws UnknownHostException {
    fill("192.0.2.1");
    assertFull("192.0.2.1");
    assertThatCode(() -> fill("192.0.2.2")).doesNotThrowAnyException();
    clock.move(Duration.ofSeconds(20));
    limit.count(InetAddress.getByName("192.0.2.1"));
    assertFull("192.0.2.1");
    clock.move(Duration.ofMinutes(10));
    fill("192.0.2.1");
    assertFull("192.0.2.1");
  }

  /** A host of IPv6 has 2^64 addresses of its own. */
  @Test
  void aNetwork_countsAsOne() throws UnknownHostException {
    limit.count(InetAddress.getByName("2001:db8:1:2::1"));
    limit.count(InetAddress.getByName("2001:db8:1:2:ffff::"));
    limit.count(InetAddress.getByName("2001:db8:1:2:1:2:3:4"));
    assertFull("2001:db8:1:2::9");
    limit.count(InetAddress.getByName("2001:db8:1:3::1"));
  }

  @Test
  void aFloodOfAddresses_isBounded() throws UnknownHostException {
    for (int i = 0; i < 50_000; i++) {
      limit.count(
          InetAddress.getByAddress(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i}));
    }
    assertThat(limit.remembered()).isLessThanOrEqualTo(10_000);
  }
}
