package kz.qaqpa.http.route;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Reads whole bodies, under a cap and a deadline. */
public final class BodyReader {
  private final int maxBytes;
  private final Duration timeout;

  public BodyReader(int maxBytes, Duration timeout) {
    this.maxBytes = maxBytes;
    this.timeout = timeout;
  }

  /**
   * Reads a JSON body.
   *
   * @return its bytes, or {@link Refusal.UnsupportedMedia}, {@link Refusal.TooLarge}, {@link
   *     Refusal.RequestTimeout}
   */
  public Mono<byte[]> read(Exchange exchange) {
    requirePlainJson(exchange);
    String announced = exchange.header(HttpHeaderNames.CONTENT_LENGTH);
    if (announced != null && announced.length() < 19 && Long.parseLong(announced) > maxBytes) {
      return Mono.error(tooLarge(announced));
    }
    return exchange
        .request()
        .receive()
        .reduceWith(ByteArrayOutputStream::new, this::append)
        .map(ByteArrayOutputStream::toByteArray)
        .timeout(deadline(exchange.channel().eventLoop()))
        .onErrorMap(
            TimeoutException.class,
            _ ->
                new Refusal.RequestTimeout(
                    "body: not complete after " + timeout.toMillis() + " ms"));
  }

  private Mono<Boolean> deadline(EventLoop loop) {
    return Mono.create(sink -> {
      Future<?> timer =
          loop.schedule(() -> sink.success(true), timeout.toMillis(), TimeUnit.MILLISECONDS);
      sink.onDispose(() -> timer.cancel(false));
    });
  }

  private ByteArrayOutputStream append(ByteArrayOutputStream body, ByteBuf more) {
    if (body.size() + more.readableBytes() > maxBytes) {
      throw tooLarge("more");
    }
    byte[] bytes = new byte[more.readableBytes()];
    more.readBytes(bytes);
    body.writeBytes(bytes);
    return body;
  }

  private Refusal.TooLarge tooLarge(String found) {
    return new Refusal.TooLarge(
        "body: " + found + " bytes (expected: at most " + maxBytes + " bytes)");
  }

  private static void requirePlainJson(Exchange exchange) {
    String encoding = exchange.header(HttpHeaderNames.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new Refusal.UnsupportedMedia(
          "Content-Encoding: " + Shown.text(encoding) + " (expected: none)");
    }
    String type = exchange.header(HttpHeaderNames.CONTENT_TYPE);
    if (type != null && !isJson(type)) {
      throw new Refusal.UnsupportedMedia(
          "Content-Type: " + Shown.text(type) + " (expected: application/json)");
    }
  }

  private static boolean isJson(@Nullable String type) {
    return type != null
        && type.regionMatches(true, 0, "application/json", 0, "application/json".length());
  }
}
