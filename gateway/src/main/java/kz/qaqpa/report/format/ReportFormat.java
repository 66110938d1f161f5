package kz.qaqpa.report.format;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import kz.qaqpa.report.Part;
import kz.qaqpa.report.ReportQuery;
import reactor.core.publisher.Flux;

/** A way to write reports. */
public enum ReportFormat {
  /** One JSON object, a row on each line of it. */
  JSON("application/json") {
    @Override
    Writing writing(ReportQuery query) {
      return new JsonWriting(query);
    }
  },
  /** RFC 4180: a line of names, then a line for each row. UTF-8 without a byte order mark. */
  CSV("text/csv; charset=utf-8; header=present") {
    @Override
    Writing writing(ReportQuery query) {
      return new CsvWriting(query);
    }
  };

  private final String contentType;

  ReportFormat(String contentType) {
    this.contentType = contentType;
  }

  /** Value of the {@code Content-Type} header. */
  public String contentType() {
    return contentType;
  }

  abstract Writing writing(ReportQuery query);

  /** A report being written. Used by one thread. */
  interface Writing {
    /** The text of the next part, possibly none. */
    String text(Part part);
  }

  /**
   * Writes a report, part by part as they are asked for.
   *
   * @return each buffer is the subscriber's to release; none is empty
   */
  public Flux<ByteBuf> write(Flux<Part> parts, ReportQuery query, ByteBufAllocator buffers) {
    return Flux.defer(() -> {
      Writing writing = writing(query);
      return parts.handle((part, sink) -> {
        String text = writing.text(part);
        if (!text.isEmpty()) {
          sink.next(utf8(text, buffers));
        }
      });
    });
  }

  private static ByteBuf utf8(String text, ByteBufAllocator buffers) {
    ByteBuf bytes = buffers.buffer(text.length());
    bytes.writeCharSequence(text, StandardCharsets.UTF_8);
    return bytes;
  }
}
