package kz.qaqpa.cli.bench;

import java.io.ByteArrayOutputStream;
import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import kz.qaqpa.Main;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * The gateway with signatures that cost nothing while a file exists, to measure what they cost. No
 * setting of the gateway does this: a provider of the JVM, before all others, signs with Ed25519.
 */
final class VoidSignatureMain {
  /** As which a void signature, 64 zeros, ends a compact JWS. */
  static final String ZEROS = "." + "A".repeat(86);

  /** The gateway signs a few bytes to see if both halves of a key are of one: that is done. */
  private static final int LONGEST_PROOF = 16;

  private VoidSignatureMain() {}

  /**
   * Runs {@link Main}.
   *
   * @param args the file, then a command and its arguments
   */
  public static void main(String[] args) throws Exception {
    Provider jdk = Objects.requireNonNull(Security.getProvider("SunEC"));
    Security.insertProviderAt(new VoidProvider(jdk, Path.of(args[0])), 1);
    Main.main(Arrays.copyOfRange(args, 1, args.length));
  }

  private static final class VoidProvider extends Provider {
    @Serial private static final long serialVersionUID = 1;

    VoidProvider(Provider jdk, Path whileExists) {
      super("Void", "1", "Ed25519 without its work");
      putService(
          new Service(this, "Signature", "Ed25519", VoidSignature.class.getName(), null, null) {
            @Override
            public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
              return new VoidSignature(Signature.getInstance("Ed25519", jdk), whileExists);
            }
          });
    }
  }

  /** Verifies by the JDK, and signs as the gateway does where nobody stands before the JDK. */
  @SuppressWarnings("deprecation") // SignatureSpi's own methods.
  private static final class VoidSignature extends SignatureSpi {
    private static final Map<EdECPrivateKey, Ed25519PrivateKeyParameters> KEYS =
        new ConcurrentHashMap<>();

    private final Signature jdk;
    private final Path whileExists;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private @Nullable Ed25519PrivateKeyParameters key;

    VoidSignature(Signature jdk, Path whileExists) {
      this.jdk = jdk;
      this.whileExists = whileExists;
    }

    @Override
    protected void engineInitSign(PrivateKey given) throws InvalidKeyException {
      if (!(given instanceof EdECPrivateKey own)) {
        throw new InvalidKeyException("no Ed25519 key at hand");
      }
      key = KEYS.computeIfAbsent(own, VoidSignature::parameters);
      text.reset();
    }

    private static Ed25519PrivateKeyParameters parameters(EdECPrivateKey key) {
      return new Ed25519PrivateKeyParameters(key.getBytes().orElseThrow(), 0);
    }

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
      jdk.initVerify(key);
    }

    @Override
    protected void engineUpdate(byte b) throws SignatureException {
      engineUpdate(new byte[] {b}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
      if (key == null) {
        jdk.update(bytes, offset, length);
      } else {
        text.write(bytes, offset, length);
      }
    }

    @Override
    protected byte[] engineSign() {
      byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
      if (text.size() <= LONGEST_PROOF || !Files.exists(whileExists)) {
        byte[] all = text.toByteArray();
        Objects.requireNonNull(key)
            .sign(Ed25519.Algorithm.Ed25519, null, all, 0, all.length, signature, 0);
      }
      return signature;
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
      return jdk.verify(signature);
    }

    @Override
    protected void engineSetParameter(String name, Object value) {
      throw new UnsupportedOperationException("no parameters");
    }

    @Override
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException("no parameters");
    }
  }
}
