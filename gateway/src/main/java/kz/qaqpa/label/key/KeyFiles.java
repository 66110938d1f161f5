package kz.qaqpa.label.key;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads files with secrets. All complaints are {@link IllegalArgumentException}s that name the
 * setting and the file, and nothing of what is in it. Functions only.
 */
final class KeyFiles {
  private static final int LARGEST = 1 << 16;
  private static final Pattern PRIVATE = block("PRIVATE KEY");
  private static final Pattern PUBLIC = block("PUBLIC KEY");
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private KeyFiles() {}

  private static Pattern block(String name) {
    return Pattern.compile(
        "-----BEGIN " + name + "-----([A-Za-z0-9+/=\\s]+)-----END " + name + "-----");
  }

  /**
   * What a PEM file holds.
   *
   * @param privateKey null where there is only a public one
   */
  record Pair(@Nullable PrivateKey privateKey, PublicKey publicKey) {}

  /** Reads a private key with the public one after it, or a public one alone. */
  static Pair pair(String setting, Path file) {
    String text = read(setting, file);
    Matcher publicBlock = PUBLIC.matcher(text);
    Matcher privateBlock = PRIVATE.matcher(text);
    boolean secret = privateBlock.find();
    if (secret) {
      requireOwn(setting, file);
    }
    if (!publicBlock.find()) {
      throw bad(
          setting,
          file,
          secret ? "no public key" : "no key of this form",
          "PEM, the private key (PKCS #8, no password) and then the public one, as `openssl pkey"
              + " -in FILE -pubout >>FILE` adds it");
    }
    try {
      PublicKey publicKey = publicKey(Base64.getMimeDecoder().decode(publicBlock.group(1)));
      if (!secret) {
        return new Pair(null, publicKey);
      }
      byte[] der = Base64.getMimeDecoder().decode(privateBlock.group(1));
      KeyFactory keys = KeyFactory.getInstance(publicKey.getAlgorithm());
      return new Pair(keys.generatePrivate(new PKCS8EncodedKeySpec(der)), publicKey);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw bad(setting, file, "malformed, or of another kind", "keys of Ed25519, or EC on P-256");
    }
  }

  private static PublicKey publicKey(byte[] der) throws GeneralSecurityException {
    for (String algorithm : List.of("Ed25519", "EC")) {
      try {
        PublicKey key =
            KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
        KeyAlgorithm.of(key);
        return key;
      } catch (GeneralSecurityException e) {
        // Perhaps it is of the next kind.
      }
    }
    throw new GeneralSecurityException("no known kind of key");
  }

  /** Reads a secret of so many bytes, written as hexadecimal digits. */
  static byte[] hex(String setting, Path file, int bytes) {
    String text = read(setting, file).strip();
    requireOwn(setting, file);
    String expected = 2 * bytes + " hexadecimal digits, as `openssl rand -hex " + bytes + "` makes";
    if (text.length() != 2 * bytes) {
      throw bad(setting, file, text.length() + " characters", expected);
    }
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      throw bad(setting, file, "malformed", expected);
    }
  }

  /** Reads the first line of a file. */
  static char[] line(String setting, Path file) {
    String text = read(setting, file);
    requireOwn(setting, file);
    return text.lines().findFirst().orElse("").toCharArray();
  }

  private static String read(String setting, Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw bad(setting, file, Files.size(file) + " bytes", "at most " + LARGEST);
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw bad(setting, file, "no such file", "a file, mode 0600");
    } catch (IOException e) {
      throw bad(setting, file, "cannot be read", "a file that this user can read");
    }
  }

  private static void requireOwn(String setting, Path file) {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    try {
      if (view != null && isOpen(view.readAttributes(), System.getProperty("user.name"))) {
        throw bad(setting, file, "open to other users", "mode 0600: chmod 600 FILE");
      }
    } catch (IOException e) {
      throw bad(setting, file, "cannot be read", "a file that this user can read");
    }
  }

  private static boolean isOpen(PosixFileAttributes file, String user) {
    return isOpen(file.permissions(), file.owner().getName(), file.group().getName(), user);
  }

  /**
   * Whether others than the gateway can use a file. A file of root's that its group may read and no
   * more is how Kubernetes hands a secret to a pod: the group is the pod's own.
   */
  static boolean isOpen(
      Set<PosixFilePermission> permissions, String owner, String group, String user) {
    Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
    open.retainAll(permissions);
    boolean handedOver =
        owner.equals("root")
            && !group.equals("root")
            && !user.equals("root")
            && open.equals(Set.of(PosixFilePermission.GROUP_READ));
    return !open.isEmpty() && !handedOver;
  }

  private static IllegalArgumentException bad(
      String setting, Path file, String found, String expected) {
    return new IllegalArgumentException(
        setting + ": " + file + ": " + found + " (expected: " + expected + ")");
  }
}
