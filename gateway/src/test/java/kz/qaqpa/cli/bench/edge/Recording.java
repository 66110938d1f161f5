package kz.qaqpa.cli.bench.edge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import kz.qaqpa.cli.bench.load.AnswerReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer of the gateway, byte by byte.
 *
 * @param headers names and values as they came, without those that frame the body
 * @param isChunked whether it came in chunks; else its length was told
 * @param bodies a chunk each, in Base64
 */
record Recording(List<Header> headers, boolean isChunked, List<String> bodies) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int ROOM = 1 << 16;

  record Header(String name, String value) {}

  /** Its chunks. */
  byte[][] chunks() {
    return bodies.stream().map(Base64.getDecoder()::decode).toArray(byte[][]::new);
  }

  /** Bytes of its body. */
  int length() {
    int length = 0;
    for (byte[] chunk : chunks()) {
      length += chunk.length;
    }
    return length;
  }

  void write(Path file) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(this));
  }

  static Recording read(Path file) throws IOException {
    return JSON.readValue(Files.readString(file), Recording.class);
  }

  /**
   * Asks a server on this machine and keeps what it answers.
   *
   * @throws IOException if there is no whole answer of status 200
   */
  static Recording of(int port, byte[] request) throws IOException {
    Keeper keeper = new Keeper();
    AnswerReader reader = new AnswerReader(keeper);
    ByteBuffer in = ByteBuffer.allocate(ROOM);
    try (SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      ByteBuffer out = ByteBuffer.wrap(request);
      while (out.hasRemaining()) {
        channel.write(out);
      }
      while (!keeper.ended) {
        // From one place on: a chunk that came in parts has to be read as one.
        int n = channel.read(in);
        if (n < 0) {
          throw new IOException("the server closed a connection in the middle of an answer");
        }
        keeper.ended = in.position() > 5 && isWhole(in);
      }
    }
    reader.take(in.flip());
    return new Recording(keeper.headers, keeper.isChunked, keeper.bodies);
  }

  private static boolean isWhole(ByteBuffer in) {
    Keeper dry = new Keeper();
    new AnswerReader(dry).take(in.duplicate().flip());
    return dry.ended;
  }

  private static final class Keeper implements AnswerReader.Listener {
    final List<Header> headers = new ArrayList<>();
    final List<String> bodies = new ArrayList<>();
    boolean isChunked;
    boolean ended;

    @Override
    public void head(String head) {
      head.lines()
          .skip(1)
          .filter(line -> !line.isBlank())
          .forEach(line -> {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon);
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.equals("transfer-encoding")) {
              isChunked = true;
            } else if (!lower.equals("content-length")) {
              headers.add(new Header(name, line.substring(colon + 1).strip()));
            }
          });
    }

    @Override
    public void chunk(ByteBuffer bytes, int from, int to) {
      byte[] chunk = new byte[to - from];
      bytes.get(from, chunk);
      bodies.add(Base64.getEncoder().encodeToString(chunk));
    }

    @Override
    public void end() {
      ended = true;
    }
  }
}
