package kz.qaqpa.admission.identity;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import kz.qaqpa.http.net.PemFiles;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * Gets a key set over https: a new connection each time, two seconds and {@value KeySet#LONGEST}
 * bytes at most, no redirects, no proxy, no compression. Off the server's event loops.
 */
final class KeyFetch {
  /** From the first look-up of the name to the last byte. */
  static final Duration LONGEST = Duration.ofSeconds(2);

  private static final int HEADER_BYTES = 16 << 10;

  private KeyFetch() {}

  /**
   * A fetch, made anew with each subscription.
   *
   * @param url an https address
   * @param authorities PEM file with who vouches for it, or null for those of the JDK
   * @param loops where it runs
   * @param timer what ends it
   * @throws IllegalArgumentException if the file cannot be used
   */
  static Mono<byte[]> of(
      String url, @Nullable Path authorities, LoopResources loops, Scheduler timer) {
    SslContext tls = tls(authorities);
    HttpClient client =
        HttpClient.create(ConnectionProvider.newConnection())
            .runOn(loops)
            .protocol(HttpProtocol.HTTP11)
            .secure(spec -> spec.sslContext(tls).handshakeTimeout(LONGEST))
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) LONGEST.toMillis())
            .noProxy()
            .followRedirect(false)
            .compress(false)
            .keepAlive(false)
            .httpResponseDecoder(limits -> limits.maxHeaderSize(HEADER_BYTES))
            .headers(headers -> headers.set(HttpHeaderNames.ACCEPT, "application/json"));
    return client.get().uri(url).response(KeyFetch::whole).single().timeout(LONGEST, timer);
  }

  private static SslContext tls(@Nullable Path authorities) {
    SslContextBuilder builder =
        SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols("TLSv1.3", "TLSv1.2");
    if (authorities != null) {
      builder.trustManager(PemFiles.certificates("identity.yaml: caFile", authorities));
    }
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("identity.yaml: caFile: " + e.getMessage(), e);
    }
  }

  private static Publisher<byte[]> whole(HttpClientResponse response, ByteBufFlux body) {
    if (response.status().code() != 200) {
      return Mono.error(new IOException("status " + response.status().code() + ", expected: 200"));
    }
    return body.reduceWith(ByteArrayOutputStream::new, KeyFetch::append)
        .map(ByteArrayOutputStream::toByteArray);
  }

  private static ByteArrayOutputStream append(ByteArrayOutputStream body, ByteBuf more) {
    if (body.size() + more.readableBytes() > KeySet.LONGEST) {
      throw new UncheckedIOException(new IOException("more than " + KeySet.LONGEST + " bytes"));
    }
    byte[] bytes = new byte[more.readableBytes()];
    more.readBytes(bytes);
    body.writeBytes(bytes);
    return body;
  }
}
