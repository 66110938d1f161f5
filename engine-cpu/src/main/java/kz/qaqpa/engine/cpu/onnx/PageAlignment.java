package kz.qaqpa.engine.cpu.onnx;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Moves every tensor and every packed weight of a saved model to a page border of its data file.
 *
 * <p>ONNX Runtime packs weights into memory aligned to 64 bytes, with inner parts placed relative
 * to that, and saves them one behind the other wherever the last one ended. Mapped back from an odd
 * address, kernels crash on aligned loads, or find the inner parts shifted and compute nonsense.
 *
 * <p>An initializer names its data by entries {@code offset} and {@code length}, its packed forms
 * by entries {@code prepacked_N} with the value {@code key|offset;length;0|offset;length;0}.
 */
public final class PageAlignment {
  private static final int GRAPH = 7;
  private static final int INITIALIZER = 5;
  private static final int EXTERNAL_DATA = 13;
  private static final int KEY = 1;
  private static final int VALUE = 2;
  private static final int PAGE = 4096;

  private final FileChannel from;
  private final FileChannel to;

  private PageAlignment(FileChannel from, FileChannel to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Writes an aligned copy.
   *
   * @param location name of {@code toData} as the model shall refer to it
   * @throws IOException also if the model is not of the form that we know
   */
  public static void copy(Path fromModel, Path fromData, Path toModel, Path toData, String location)
      throws IOException {
    try (FileChannel from = FileChannel.open(fromData, StandardOpenOption.READ);
        FileChannel to =
            FileChannel.open(toData, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      PageAlignment alignment = new PageAlignment(from, to);
      byte[] model =
          ProtoFields.rewrite(
              Files.readAllBytes(fromModel),
              (field, graph) -> field == GRAPH ? alignment.graph(graph, location) : graph);
      Files.write(toModel, model);
    }
  }

  private byte[] graph(byte[] graph, String location) throws IOException {
    return ProtoFields.rewrite(
        graph, (field, tensor) -> field == INITIALIZER ? tensor(tensor, location) : tensor);
  }

  private byte[] tensor(byte[] tensor, String location) throws IOException {
    long[] place = {-1, -1};
    byte[] unchanged =
        ProtoFields.rewrite(
            tensor,
            (field, entry) -> {
              if (field == EXTERNAL_DATA) {
                switch (ProtoFields.text(entry, KEY)) {
                  case "offset" -> place[0] = number(ProtoFields.text(entry, VALUE));
                  case "length" -> place[1] = number(ProtoFields.text(entry, VALUE));
                  default -> {}
                }
              }
              return entry;
            });
    if (place[0] < 0 || place[1] < 0) {
      return unchanged;
    }
    long moved = move(place[0], place[1]);
    return ProtoFields.rewrite(
        tensor, (field, entry) -> field == EXTERNAL_DATA ? entry(entry, moved, location) : entry);
  }

  private byte[] entry(byte[] entry, long moved, String location) throws IOException {
    String key = ProtoFields.text(entry, KEY);
    String value = ProtoFields.text(entry, VALUE);
    String now =
        switch (key) {
          case "location" -> location;
          case "offset" -> Long.toString(moved);
          default -> key.startsWith("prepacked") ? packed(value) : value;
        };
    return new ProtoMessage().text(KEY, key).text(VALUE, now).toBytes();
  }

  private String packed(String value) throws IOException {
    String[] blobs = value.split("\\|", -1);
    StringBuilder moved = new StringBuilder(blobs[0]);
    for (int i = 1; i < blobs.length; i++) {
      String[] place = blobs[i].split(";", -1);
      if (place.length != 3) {
        throw new IOException("packed weight: " + value + " (expected: offset;length;…)");
      }
      long offset = move(number(place[0]), number(place[1]));
      moved.append('|').append(offset).append(';').append(place[1]).append(';').append(place[2]);
    }
    return moved.toString();
  }

  private long move(long offset, long length) throws IOException {
    long target = Math.ceilDiv(to.size(), (long) PAGE) * PAGE;
    to.position(target);
    long done = 0;
    while (done < length) {
      long now = from.transferTo(offset + done, length - done, to);
      if (now <= 0) {
        throw new IOException("weights end at " + from.size() + ", inside a tensor");
      }
      done += now;
    }
    return target;
  }

  private static long number(String text) throws IOException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException("external data: " + text + " (expected: a number)", e);
    }
  }
}
