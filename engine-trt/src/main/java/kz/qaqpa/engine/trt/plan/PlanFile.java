package kz.qaqpa.engine.trt.plan;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * A plan in a file. Written to another name, forced to disk and renamed: whatever interrupts that,
 * there is never half a plan under the name. Read in one piece, its digest checked.
 */
final class PlanFile {
  private static final int CHUNK = 1 << 20;

  private PlanFile() {}

  /**
   * Writes a plan, over another if there is one.
   *
   * @param body the plan as TensorRT serialised it
   */
  static void write(Path file, PlanKey key, MemorySegment body) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + ": is no file");
    }
    Files.createDirectories(folder);
    Path part = Parts.in(folder);
    try {
      try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
        byte[] header = PlanHeader.bytes(key, body.byteSize(), sha256(body));
        writeAll(out, ByteBuffer.wrap(header));
        for (long at = 0; at < body.byteSize(); at += CHUNK) {
          long length = Math.min(CHUNK, body.byteSize() - at);
          writeAll(out, body.asSlice(at, length).asByteBuffer());
        }
        out.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /**
   * Reads what stands in front of a plan.
   *
   * @throws PlanException if the file is no plan
   */
  static PlanHeader header(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return PlanHeader.read(file, in);
    }
  }

  /**
   * Reads a plan.
   *
   * @param arena owns the memory
   * @return the plan as TensorRT serialised it
   * @throws PlanException if the file is no plan, is for another key, or is damaged
   */
  static MemorySegment read(Path file, PlanKey key, Arena arena) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), CHUNK)) {
      PlanHeader header = PlanHeader.read(file, in);
      Set<String> differences = header.differences(key);
      if (!differences.isEmpty()) {
        String first = differences.iterator().next();
        throw new PlanException(file, header.difference(first, key), null);
      }
      return body(file, header, in, arena);
    }
  }

  private static MemorySegment body(Path file, PlanHeader header, InputStream in, Arena arena)
      throws IOException {
    // Before memory is asked for: a damaged length must not ask for a petabyte.
    long most = Files.size(file);
    if (header.bodyBytes() > most) {
      throw new PlanException(
          file, "cut short: " + most + " bytes (expected: over " + header.bodyBytes() + ")", null);
    }
    MemorySegment body = arena.allocate(header.bodyBytes(), 64);
    MessageDigest digest = sha256();
    byte[] buffer = new byte[CHUNK];
    long at = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (at + n > body.byteSize()) {
        throw new PlanException(file, "longer than its header says", null);
      }
      MemorySegment.copy(MemorySegment.ofArray(buffer), 0, body, at, n);
      digest.update(buffer, 0, n);
      at += n;
    }
    if (at < body.byteSize()) {
      throw new PlanException(
          file, "cut short at " + at + " of " + body.byteSize() + " bytes", null);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(header.bodySha256())) {
      throw new PlanException(file, "damaged: its digest is not the one in its header", null);
    }
    return body;
  }

  private static String sha256(MemorySegment body) {
    MessageDigest digest = sha256();
    for (long at = 0; at < body.byteSize(); at += CHUNK) {
      digest.update(body.asSlice(at, Math.min(CHUNK, body.byteSize() - at)).asByteBuffer());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
