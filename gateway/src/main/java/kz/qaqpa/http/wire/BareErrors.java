package kz.qaqpa.http.wire;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.metrics.GatewayMetrics;

/**
 * Gives a body to errors that the HTTP library answers by itself: requests that are no HTTP, or
 * whose first line or headers are too long. Such a request has no {@link Exchange}. HTTP/1.1 only;
 * over HTTP/2 the codec answers 431 by a head alone, or ends stream or connection with a code.
 *
 * <p>Shared by all connections; runs on their event loops.
 */
@Sharable
public final class BareErrors extends ChannelOutboundHandlerAdapter {
  private final GatewayMetrics metrics;
  private final int maxHeaderBytes;

  public BareErrors(GatewayMetrics metrics, int maxHeaderBytes) {
    this.metrics = metrics;
    this.maxHeaderBytes = maxHeaderBytes;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof FullHttpResponse bare
        && bare.status().code() >= 400
        && !bare.content().isReadable()
        && !bare.headers().contains(Exchange.REQUEST_ID)) {
      ChannelFuture _ = context.write(withBody(bare), promise);
      bare.release();
    } else {
      ChannelFuture _ = context.write(message, promise);
    }
  }

  private FullHttpResponse withBody(FullHttpResponse bare) {
    HttpError error = HttpError.unreadable(bare.status().code(), maxHeaderBytes);
    metrics.refused(error.tag());
    byte[] body = Json.bytes(new Json.ErrorBody(error.body()));
    FullHttpResponse answer =
        new DefaultFullHttpResponse(
            bare.protocolVersion(), bare.status(), Unpooled.wrappedBuffer(body));
    answer
        .headers()
        .set(bare.headers())
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(Exchange.REQUEST_ID, Exchange.newRequestId())
        .set(ErrorWriter.SHOULD_RETRY, Boolean.toString(error.retry().worthwhile()));
    return answer;
  }
}
