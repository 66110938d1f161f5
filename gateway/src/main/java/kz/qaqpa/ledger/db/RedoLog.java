package kz.qaqpa.ledger.db;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kz.qaqpa.file.PrivateFile;
import kz.qaqpa.ledger.spool.Frames;
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
 * How much    Two files, named by numbers that grow; the older one goes when the newer one has
 *             {@value #MOST_BYTES} bytes. H2 was never seen to lose more than the commits of its
 *             first seconds.
 * Frames      Those of the spool, each with one transaction as JSON. What is not whole at the end
 *             was never acknowledged.
 * Cleanly     A database that was closed needs none of it, so the files are removed then.
 * </pre>
 */
final class RedoLog implements AutoCloseable {
  private static final int MOST_BYTES = 8 << 20;
  private static final String NAME = "ledger.redo.";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Path folder;
  private long number;
  private FileChannel current;

  private RedoLog(Path folder, long number, FileChannel current) {
    this.folder = folder;
    this.number = number;
    this.current = current;
  }

  /** Opens the log in a database's folder; goes on after the last whole transaction. */
  static RedoLog open(Path folder) throws IOException {
    List<Long> numbers = numbers(folder);
    long newest = numbers.isEmpty() ? 0 : numbers.getLast();
    FileChannel channel = create(folder, newest);
    channel.position(channel.size() - read(file(folder, newest)).torn());
    channel.truncate(channel.position());
    return new RedoLog(folder, newest, channel);
  }

  private static FileChannel create(Path folder, long number) throws IOException {
    FileChannel channel =
        FileChannel.open(file(folder, number), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    PrivateFile.forceNames(folder);
    return channel;
  }

  private static Path file(Path folder, long number) {
    return folder.resolve(NAME + number);
  }

  /** Of the files that are there, in their order. */
  private static List<Long> numbers(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches(Pattern.quote(NAME) + "[0-9]{1,18}"))
          .map(name -> Long.valueOf(name.substring(NAME.length())))
          .sorted()
          .toList();
    }
  }

  private static Frames.Found read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    return Frames.read(bytes, bytes.limit());
  }

  /** All transactions that are whole, in their order. */
  List<List<Statement>> transactions() throws IOException {
    List<List<Statement>> all = new ArrayList<>();
    for (long one : numbers(folder)) {
      for (Frames.Frame frame : read(file(folder, one)).records()) {
        all.add(decode(frame.record()));
      }
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
    ByteBuffer frame = ByteBuffer.allocate(Frames.size(json));
    Frames.put(frame, json, System.currentTimeMillis());
    frame.flip();
    while (frame.hasRemaining()) {
      current.write(frame);
    }
    current.force(false);
  }

  private static boolean isChange(Statement statement) {
    return statement.sql().startsWith("insert ")
        || statement.sql().startsWith("update ")
        || statement.sql().startsWith("delete ");
  }

  private void turn() throws IOException {
    current.close();
    number++;
    current = create(folder, number);
    Files.deleteIfExists(file(folder, number - 2));
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
    for (long one : numbers(folder)) {
      Files.deleteIfExists(file(folder, one));
    }
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
