package kz.qaqpa.label.key;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Keys that a gateway makes for itself, to try things with: in the folder {@code keys} of its
 * state, mode 0600, once. Used by one thread.
 */
final class OwnKeys {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path folder;

  /**
   * Keys in a folder.
   *
   * @param state the gateway's folder for what it must not lose
   */
  OwnKeys(Path state) {
    this.folder = state.resolve("keys");
  }

  /** The file of the key that signs labels; made if it is not there. */
  Path signing() {
    return file("label-signing.pem", OwnKeys::pem);
  }

  /** The file of a secret of so many bytes; made if it is not there. */
  Path secret(String name, int bytes) {
    return file(name, () -> hex(bytes));
  }

  private interface Content {
    String make();
  }

  private Path file(String name, Content content) {
    Path file = folder.resolve(name);
    if (Files.exists(file)) {
      return file;
    }
    try {
      Files.createDirectories(folder, mode("rwx------"));
      Path fresh = Files.createTempFile(folder, name, ".new", mode("rw-------"));
      Files.writeString(fresh, content.make(), StandardCharsets.US_ASCII);
      publish(fresh, file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "ledger.folder: " + folder + ": keys cannot be made there (" + e + ")", e);
    }
  }

  /** Whole or not at all, and never over one that another process has made meanwhile. */
  private static void publish(Path fresh, Path file) throws IOException {
    try {
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // Another gateway was first: its key is the one.
    } catch (UnsupportedOperationException e) {
      Files.move(fresh, file);
    }
    Files.deleteIfExists(fresh);
  }

  private FileAttribute<?>[] mode(String permissions) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static String hex(int bytes) {
    byte[] secret = new byte[bytes];
    RANDOM.nextBytes(secret);
    return HexFormat.of().formatHex(secret) + "\n";
  }

  private static String pem() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      return block("PRIVATE KEY", pair.getPrivate()) + block("PUBLIC KEY", pair.getPublic());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
  }

  private static String block(String name, Key key) {
    return "-----BEGIN "
        + name
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
        + "\n-----END "
        + name
        + "-----\n";
  }
}
