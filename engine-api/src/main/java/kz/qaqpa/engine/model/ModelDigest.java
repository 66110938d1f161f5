package kz.qaqpa.engine.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One name for everything that decides what a model answers: weights, configuration and tokenizer.
 *
 * <p>It is the SHA-256 of the lines {@code <sha256> <name>\n} of all {@code .safetensors}, {@code
 * .json} and {@code .jinja} files of the folder, sorted by name, so that anyone can check it:
 * {@code LC_ALL=C; sha256sum *.jinja *.json *.safetensors | sort -k 2 | sha256sum}. Cards and
 * licences do not count.
 *
 * <p>Hashing a 1B model takes one to two seconds, as long as everything else at start. With a cache
 * folder a file is hashed once for each state of its path, size, modification and change time and
 * inode; whoever can forge those can also write to the cache folder. A file that changed within the
 * last two seconds, or while it was read, is not cached: its next change might leave the same
 * times.
 */
public final class ModelDigest {
  private static final Pattern COUNTED =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*\\.(safetensors|json|jinja)");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Duration SETTLED = Duration.ofSeconds(2);
  private static final int BUFFER_BYTES = 1 << 20;

  private ModelDigest() {}

  /** The hash of one file. */
  private interface FileHash {
    String of(Path file) throws IOException;
  }

  /**
   * Digest of a folder, every file read.
   *
   * @return {@code sha256:} and 64 hex digits
   * @throws ModelFileException if a file cannot be read or there is none
   */
  public static String of(Path folder) {
    return of(folder, ModelDigest::hash);
  }

  /**
   * The same digest, remembering the hashes of files.
   *
   * @param cacheFolder made when needed; where it cannot be written, hashing is just not remembered
   */
  public static String of(Path folder, Path cacheFolder) {
    return of(folder, file -> cachedHash(file, cacheFolder));
  }

  private static String of(Path folder, FileHash hash) {
    SortedMap<String, Path> files = countedFiles(folder);
    StringBuilder lines = new StringBuilder();
    files.forEach((name, file) -> {
      try {
        lines.append(hash.of(file)).append("  ").append(name).append('\n');
      } catch (IOException e) {
        throw new ModelFileException(file, "cannot be read: " + e.getMessage(), e);
      }
    });
    return "sha256:" + hex(sha256().digest(lines.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static SortedMap<String, Path> countedFiles(Path folder) {
    SortedMap<String, Path> files = new TreeMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        String name = String.valueOf(file.getFileName());
        if (COUNTED.matcher(name).matches() && Files.isRegularFile(file)) {
          files.put(name, file);
        }
      }
    } catch (IOException e) {
      throw new ModelFileException(folder, "cannot be listed: " + e.getMessage(), e);
    }
    if (files.isEmpty()) {
      throw new ModelFileException(folder, "no model files (expected: config.json and weights)");
    }
    return files;
  }

  private static String cachedHash(Path file, Path cacheFolder) throws IOException {
    String state = state(file);
    Path remembered = cacheFolder.resolve("sha256-" + hex(digestOf(state)).substring(0, 32));
    String known = Files.isRegularFile(remembered) ? Files.readString(remembered).strip() : "";
    if (SHA256.matcher(known).matches()) {
      return known;
    }
    String hash = hash(file);
    if (settled(file) && state.equals(state(file))) {
      remember(remembered, hash);
    }
    return hash;
  }

  /** All that the file system tells of a file that changes when its content does. */
  private static String state(Path file) throws IOException {
    Path real = file.toRealPath();
    BasicFileAttributes basic = Files.readAttributes(real, BasicFileAttributes.class);
    return String.join(
        "\n",
        real.toString(),
        Long.toString(basic.size()),
        basic.lastModifiedTime().toInstant().toString(),
        String.valueOf(basic.fileKey()),
        changed(real).toInstant().toString());
  }

  /** Change time, which no program can set, where the file system has it. */
  private static FileTime changed(Path real) throws IOException {
    return real.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? (FileTime) Files.getAttribute(real, "unix:ctime")
        : Files.getLastModifiedTime(real);
  }

  private static boolean settled(Path file) throws IOException {
    Instant limit = Instant.now().minus(SETTLED);
    return changed(file.toRealPath()).toInstant().isBefore(limit)
        && Files.getLastModifiedTime(file).toInstant().isBefore(limit);
  }

  private static void remember(Path remembered, String hash) {
    try {
      Path folder = remembered.toAbsolutePath().getParent();
      if (folder == null) {
        return;
      }
      Files.createDirectories(folder);
      Path fresh = Files.createTempFile(folder, "sha256-", ".tmp");
      Files.writeString(fresh, hash + "\n");
      Files.move(fresh, remembered, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | UncheckedIOException e) {
      // A cache that cannot be written costs a second at the next start, no more.
      System.getLogger(ModelDigest.class.getName())
          .log(System.Logger.Level.DEBUG, "digest not remembered: {0}", e.toString());
    }
  }

  private static String hash(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return hex(digest.digest());
  }

  private static byte[] digestOf(String text) {
    return sha256().digest(text.getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
