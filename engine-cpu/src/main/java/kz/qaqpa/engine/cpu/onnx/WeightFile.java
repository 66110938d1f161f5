package kz.qaqpa.engine.cpu.onnx;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file of weights beside a graph ("external data"): tensors one after the other, each on a page
 * border so that it can be mapped. Confined to one thread.
 */
public final class WeightFile implements Closeable {
  private static final int PAGE = 4096;
  private static final int BUFFER = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long position;

  /** Where a tensor's bytes lie. */
  public record Place(long offset, long length) {}

  /** Creates the file, which must not exist. */
  public WeightFile(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Starts a tensor on the next page border. */
  public void begin() throws IOException {
    while (position % PAGE != 0) {
      put((byte) 0);
    }
  }

  /** Position of the next byte. */
  public long position() {
    return position;
  }

  /** Appends floats. */
  public void put(float[] values, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      if (buffer.remaining() < Float.BYTES) {
        drain();
      }
      buffer.putFloat(values[i]);
    }
    position += (long) count * Float.BYTES;
  }

  /** Appends bytes. */
  public void put(byte[] values, int count) throws IOException {
    int done = 0;
    while (done < count) {
      if (!buffer.hasRemaining()) {
        drain();
      }
      int now = Math.min(buffer.remaining(), count - done);
      buffer.put(values, done, now);
      done += now;
    }
    position += count;
  }

  private void put(byte value) throws IOException {
    if (!buffer.hasRemaining()) {
      drain();
    }
    buffer.put(value);
    position++;
  }

  private void drain() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** Name of the file, as a graph in the same folder refers to it. */
  String location() {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString();
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      drain();
    }
  }
}
