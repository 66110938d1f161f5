package kz.qaqpa.label.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureSpi;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class SigningKeyTest {
  /** Ed25519 leaves no choice: RFC 8032 makes a signature of key and text alone. */
  @Test
  void signaturesAreTheJdks_bitForBit() {
    Seeds.forRandom(
        TestSize.tries(20, 2000),
        random -> {
          SigningKey key = SampleKeys.ed25519();
          byte[] first = key.sign(new byte[3]);
          TestGateway.await(key::isLoaded);
          assertThat(key.sign(new byte[3])).isEqualTo(first);
          byte[] text = new byte[random.nextInt(1000)];
          random.nextBytes(text);
          Signature jdk = Signature.getInstance("Ed25519");
          jdk.initSign(key.key());
          jdk.update(text);
          assertThat(key.sign(text)).isEqualTo(jdk.sign());
          assertThat(key.half().verifies(text, key.sign(text))).isTrue();
        });
  }

  @Test
  void whoeverStandsBeforeTheJdk_isAsked() {
    Other.asked.set(0);
    Provider other = new OtherProvider();
    Security.insertProviderAt(other, 1);
    try {
      SigningKey key = SampleKeys.ed25519();
      int before = Other.asked.get();
      key.sign(new byte[9]);
      assertThat(Other.asked.get()).isGreaterThan(before);
    } finally {
      Security.removeProvider(other.getName());
    }
    int before = Other.asked.get();
    SampleKeys.ed25519().sign(new byte[9]);
    assertThat(Other.asked.get()).isEqualTo(before);
  }

  private static final class OtherProvider extends Provider {
    private static final long serialVersionUID = 1;

    OtherProvider() {
      super("Other", "1", "counts who asks");
      put("Signature.Ed25519", Other.class.getName());
    }
  }

  /** Signs nothing, so that the JDK goes on to the next one. */
  public static final class Other extends SignatureSpi {
    static final AtomicInteger asked = new AtomicInteger();

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
      throw new InvalidKeyException("not me");
    }

    @Override
    protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
      asked.incrementAndGet();
      throw new InvalidKeyException("not me");
    }

    @Override
    protected void engineUpdate(byte b) {}

    @Override
    protected void engineUpdate(byte[] bytes, int from, int length) {}

    @Override
    protected byte[] engineSign() {
      return new byte[0];
    }

    @Override
    protected boolean engineVerify(byte[] signature) {
      return false;
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {}

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      return name;
    }
  }
}
