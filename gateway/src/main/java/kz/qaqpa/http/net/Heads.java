package kz.qaqpa.http.net;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpConnectionLiveness;
import reactor.netty.http.IdleTimeoutHandler;

/**
 * How long a client may take to begin a request, and how a connection is closed in the middle of
 * one.
 *
 * <p>HTTP/1.1: Reactor Netty's idle timeout starts anew with every byte, so that a client that
 * sends one a minute would hold a connection for ever; here a head has a deadline of its own.
 * HTTP/2: the codec bounds number and size of a head's frames and passes on whole heads only, so
 * that the idle timeout sees no half ones; but it would close a connection whose streams are merely
 * silent, and is replaced by one that does not.
 *
 * <p>Which of the two a connection speaks shows only with its first bytes or after its TLS
 * handshake. Each connection's handlers are confined to its event loop.
 */
final class Heads {
  private final ConnectionGuard.Timeouts timeouts;
  private final ChannelHandler bareErrors;

  Heads(ConnectionGuard.Timeouts timeouts, ChannelHandler bareErrors) {
    this.timeouts = timeouts;
    this.bareErrors = bareErrors;
  }

  void watch(ChannelPipeline pipeline) {
    if (pipeline.get(NettyPipeline.H2CUpgradeHandler) == null) {
      pipeline.addBefore(NettyPipeline.ReactiveBridge, "qaqpa.negotiated", new Negotiated());
      return;
    }
    Head head = new Head();
    pipeline.addBefore(NettyPipeline.H2CUpgradeHandler, "qaqpa.headStart", head.bytes());
    pipeline.addAfter(
        pipeline.context(HttpServerCodec.class).name(), "qaqpa.upgrades", new Upgrades());
    watchMessages(pipeline, head);
  }

  private void watchMessages(ChannelPipeline pipeline, Head head) {
    pipeline.addBefore(NettyPipeline.HttpTrafficHandler, "qaqpa.headEnd", head.messages());
    pipeline.addBefore(NettyPipeline.HttpTrafficHandler, "qaqpa.bareErrors", bareErrors);
  }

  /** A connection that speaks WebSocket now has no more heads. */
  static void upgraded(ChannelPipeline pipeline) {
    for (String name : List.of("qaqpa.headStart", "qaqpa.upgrades", "qaqpa.headEnd")) {
      if (pipeline.get(name) != null) {
        pipeline.remove(name);
      }
    }
    IdleTimeoutHandler.removeIdleTimeoutHandler(pipeline);
  }

  private void watchStreams(ChannelPipeline pipeline, Http2FrameCodec codec) {
    IdleTimeoutHandler.removeIdleTimeoutHandler(pipeline);
    IdleTimeoutHandler.addIdleTimeoutHandler(
        pipeline, timeouts.idle(), new WithoutStreams(codec.connection()));
  }

  /**
   * What Netty's decoder lets pass though servers may understand it in different ways: other
   * versions, codings of the body beside chunks, no host or two.
   */
  private static boolean isSound(HttpRequest request) {
    HttpVersion version = request.protocolVersion();
    List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    boolean chunked = codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked");
    int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
    return version.equals(HttpVersion.HTTP_1_1)
        ? (codings.isEmpty() || chunked) && hosts == 1
        : version.equals(HttpVersion.HTTP_1_0) && codings.isEmpty() && hosts <= 1;
  }

  /** Waits for the end of a TLS handshake. */
  private final class Negotiated extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      ChannelPipeline pipeline = context.pipeline();
      ChannelHandler codec = pipeline.get(NettyPipeline.HttpCodec);
      if (event instanceof SslHandshakeCompletionEvent && codec != null) {
        if (codec instanceof Http2FrameCodec frames) {
          watchStreams(pipeline, frames);
        } else {
          Head head = new Head();
          pipeline.addBefore(NettyPipeline.HttpCodec, "qaqpa.headStart", head.bytes());
          watchMessages(pipeline, head);
        }
        context.fireUserEventTriggered(event);
        pipeline.remove(this);
        return;
      }
      context.fireUserEventTriggered(event);
    }
  }

  /**
   * Requests with a body stay on HTTP/1.1, as RFC 9110 allows: to upgrade to anything, Netty would
   * first buffer the whole body, before anybody has looked at the key.
   */
  private static final class Upgrades extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest request
          && request.headers().contains(HttpHeaderNames.UPGRADE)
          && (HttpUtil.isTransferEncodingChunked(request)
              || HttpUtil.getContentLength(request, 0L) > 0)) {
        request.headers().remove(HttpHeaderNames.UPGRADE);
      }
      context.fireChannelRead(message);
    }
  }

  /** Takes an HTTP/2 connection for idle only while it has no stream. */
  private record WithoutStreams(Http2Connection connection) implements HttpConnectionLiveness {
    @Override
    public void check(ChannelHandlerContext context) {
      if (connection.numActiveStreams() == 0) {
        ChannelFuture _ = context.close();
      }
    }

    @Override
    public void cancel() {}

    @Override
    public void receive(Object message) {}
  }

  /** The deadline of one connection's current head. */
  private final class Head {
    private @Nullable ScheduledFuture<?> deadline;
    private boolean expected = true;
    private boolean broken;

    ChannelDuplexHandler bytes() {
      return new ChannelDuplexHandler() {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
          if (expected && deadline == null) {
            deadline =
                context
                    .executor()
                    .schedule(
                        () -> {
                          ChannelFuture _ = context.close();
                        },
                        timeouts.head().toMillis(),
                        TimeUnit.MILLISECONDS);
          }
          context.fireChannelRead(bytes);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
          arrived();
          context.fireChannelInactive();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
          arrived();
        }

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
          if ((broken || !expected) && context.pipeline().get(LingeringClose.class) == null) {
            context.pipeline().addFirst(new LingeringClose(timeouts.body()));
          }
          ChannelFuture _ = context.close(promise);
        }
      };
    }

    ChannelInboundHandlerAdapter messages() {
      return new ChannelInboundHandlerAdapter() {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
          if (message instanceof HttpRequest request) {
            arrived();
            expected = false;
            if (request.decoderResult().isSuccess() && !isSound(request)) {
              request.setDecoderResult(
                  DecoderResult.failure(
                      new IllegalArgumentException("not HTTP/1.1 as RFC 9112 has it")));
            }
            broken = request.decoderResult().isFailure();
          }
          if (message instanceof LastHttpContent) {
            expected = true;
          }
          if (message instanceof Http2Frame) {
            becameHttp2(context.pipeline(), this);
          }
          context.fireChannelRead(message);
        }
      };
    }

    private void becameHttp2(ChannelPipeline pipeline, ChannelHandler messages) {
      arrived();
      expected = false;
      pipeline.remove("qaqpa.headStart");
      pipeline.remove("qaqpa.upgrades");
      pipeline.remove(bareErrors);
      pipeline.remove(messages);
      Http2FrameCodec codec = pipeline.get(Http2FrameCodec.class);
      if (codec != null) {
        watchStreams(pipeline, codec);
      }
    }

    private void arrived() {
      if (deadline != null) {
        deadline.cancel(false);
        deadline = null;
      }
    }
  }
}
