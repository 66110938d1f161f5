package kz.qaqpa.ledger.db;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The last transactions of the embedded database, synced to the disk before they are committed
 * there, to be carried out again after a crash. Confined to the thread that writes.
 *
 * <pre>
 * Why         After a crash H2 looks for the newest state of its file, and sometimes finds the one
 *             before the last commits, although each of them had been synced.
 * Again       What is written here can be carried out any number of times, in its order: inserts
 *             pass over what is there, everything else says how a row is to be, not how it changes.
 * How much    Two files in turn; the older one is begun anew when the newer one has {@value
 *             #MOST_BYTES} bytes. H2 was never seen to lose more than the commits of its first
 *             seconds.
 * Frames      Length, CRC-32C of what follows, then one transaction as JSON. The first frame that
 *             is not whole ends a file: its transaction was never acknowledged.
 * Cleanly     A database that was closed needs none of it, so the files are removed then.
 * </pre>
 */
final class RedoLog implements AutoCloseable {
  private static final int MOST_BYTES = 1 << 20;
  private static final int HEADER = 2 * Integer.BYTES;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final List<Path> files;
  private FileChannel current;
  private int index;

  private RedoLog(List<Path> files, int index, FileChannel current) {
    this.files = files;
    this.index = index;
    this.current = current;
  }

  /** Opens the log beside a database's file; goes on after the last whole frame. */
  static RedoLog open(Path database) throws IOException {
    Path folder = database.toAbsolutePath().resolveSibling(".").normalize();
    List<Path> files = List.of(folder.resolve("ledger.redo.0"), folder.resolve("ledger.redo.1"));
    int newest = begun(files.get(1)) > begun(files.get(0)) ? 1 : 0;
    FileChannel channel =
        FileChannel.open(files.get(newest), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    List<List<Statement>> whole = new ArrayList<>();
    int end = read(files.get(newest), whole);
    if (end == 0) {
      begin(channel);
    } else {
      channel.truncate(end);
      channel.position(end);
    }
    return new RedoLog(files, newest, channel);
  }

  /** All transactions that are whole, in their order. */
  List<List<Statement>> transactions() throws IOException {
    List<List<Statement>> all = new ArrayList<>();
    List<Path> inOrder = new ArrayList<>(files);
    inOrder.sort(Comparator.comparingLong(RedoLog::begun));
    for (Path file : inOrder) {
      read(file, all);
    }
    return all;
  }

  /** Writes a transaction down, and waits until the disk has it. */
  void append(List<Statement> statements) throws IOException {
    List<Statement> changes = statements.stream().filter(RedoLog::isChange).toList();
    if (changes.isEmpty()) {
      return;
    }
    if (current.position() >= MOST_BYTES) {
      turn();
    }
    byte[] json = JSON.writeValueAsBytes(encode(changes));
    ByteBuffer frame = ByteBuffer.allocate(HEADER + json.length);
    frame.putInt(json.length).putInt(crc(json)).put(json).flip();
    write(current, frame);
    current.force(false);
  }

  private static boolean isChange(Statement statement) {
    return statement.sql().startsWith("insert ")
        || statement.sql().startsWith("update ")
        || statement.sql().startsWith("delete ");
  }

  private void turn() throws IOException {
    current.close();
    index = 1 - index;
    current =
        FileChannel.open(
            files.get(index),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    begin(current);
  }

  /** A file begins with the time at which it was begun; the later one is read last. */
  private static void begin(FileChannel file) throws IOException {
    file.truncate(0);
    file.position(0);
    ByteBuffer time = ByteBuffer.allocate(Long.BYTES);
    Instant now = Instant.now();
    time.putLong(now.getEpochSecond() * 1_000_000_000L + now.getNano()).flip();
    write(file, time);
  }

  private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  private static long begun(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      return bytes.remaining() < Long.BYTES ? Long.MIN_VALUE : bytes.getLong();
    } catch (IOException e) {
      return Long.MIN_VALUE;
    }
  }

  /** Adds what is whole; returns where it ends, 0 if there is nothing. */
  private static int read(Path file, List<List<Statement>> into) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    if (bytes.remaining() < Long.BYTES) {
      return 0;
    }
    int end = Long.BYTES;
    while (bytes.limit() - end >= HEADER) {
      int length = bytes.getInt(end);
      if (length < 0 || length > bytes.limit() - end - HEADER) {
        break;
      }
      byte[] json = new byte[length];
      bytes.get(end + HEADER, json);
      if (bytes.getInt(end + Integer.BYTES) != crc(json)) {
        break;
      }
      into.add(decode(json));
      end += HEADER + length;
    }
    return end;
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static ArrayNode encode(List<Statement> statements) {
    ArrayNode all = JSON.createArrayNode();
    for (Statement statement : statements) {
      ObjectNode one = all.addObject().put("sql", statement.sql());
      ArrayNode parameters = one.putArray("parameters");
      statement.parameters().forEach(parameter -> add(parameters, parameter));
    }
    return all;
  }

  private static void add(ArrayNode parameters, @Nullable Object parameter) {
    switch (parameter) {
      case null -> parameters.addNull();
      case String text -> parameters.add(text);
      case Integer number -> parameters.add(number.longValue());
      case Long number -> parameters.add(number);
      case Boolean flag -> parameters.add(flag);
      case Instant at -> parameters.addObject().put("at", at.toString());
      default ->
          throw new IllegalArgumentException(
              "parameter: " + parameter.getClass() + " (expected: one that Database knows)");
    }
  }

  private static List<Statement> decode(byte[] json) throws IOException {
    try {
      List<Statement> statements = new ArrayList<>();
      for (JsonNode one : JSON.readTree(json)) {
        List<@Nullable Object> parameters = new ArrayList<>();
        for (JsonNode parameter : one.get("parameters")) {
          parameters.add(value(parameter));
        }
        statements.add(new Statement(one.get("sql").stringValue(), parameters));
      }
      return statements;
    } catch (JacksonException | NullPointerException e) {
      throw new IOException("redo log: a transaction that this version does not know", e);
    }
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isNull()) {
      return null;
    }
    if (node.isString()) {
      return node.stringValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    return node.isObject() ? Instant.parse(node.get("at").stringValue()) : node.longValue();
  }

  /** The database was closed as it should be: nothing is to be done again. */
  void clear() throws IOException {
    current.close();
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
