package kz.qaqpa.cli.bench.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import reactor.netty.resources.LoopResources;

/** The same as {@link BareReactorServer} on Netty alone, with the same event loops. */
final class BareNettyServer {
  private BareNettyServer() {}

  /**
   * Serves until it is ended; prints {@code ready PORT}.
   *
   * @param args the files of both recordings: of the stream, and of the whole answer
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Recording stream = Recording.read(Path.of(args[0]));
    Recording whole = Recording.read(Path.of(args[1]));
    byte[][] events = stream.chunks();
    byte[][] body = whole.chunks();
    LoopResources loops = LoopResources.create("bare", 1, BareReactorServer.loops(), true);
    EventLoopGroup workers = loops.onServer(true);
    EventLoopGroup acceptor = loops.onServerSelect(true);
    Channel server =
        new ServerBootstrap()
            .group(acceptor, workers)
            .channelFactory(() -> loops.onChannel(ServerSocketChannel.class, acceptor))
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(new HttpServerCodec())
                        .addLast(new Answering(stream, events, whole, body));
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    new PrintStream(System.out, true, StandardCharsets.UTF_8).println("ready " + port);
    server.closeFuture().sync();
  }

  /** Confined to the event loop. */
  private static final class Answering extends SimpleChannelInboundHandler<HttpObject> {
    private final Recording stream;
    private final byte[][] events;
    private final Recording whole;
    private final byte[][] body;
    private Mode mode = Mode.WHOLE;

    Answering(Recording stream, byte[][] events, Recording whole, byte[][] body) {
      this.stream = stream;
      this.events = events;
      this.whole = whole;
      this.body = body;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
      if (message instanceof HttpRequest request) {
        mode = Mode.of(request.uri());
      }
      if (message instanceof LastHttpContent) {
        answer(context, mode == Mode.WHOLE ? whole : stream, mode == Mode.WHOLE ? body : events);
      }
    }

    private void answer(ChannelHandlerContext context, Recording recording, byte[][] chunks) {
      context.write(
          new DefaultHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.OK, headers(recording, chunks)),
          context.voidPromise());
      for (byte[] chunk : chunks) {
        ByteBuf bytes = context.alloc().buffer(chunk.length).writeBytes(chunk);
        context.write(new DefaultHttpContent(bytes), context.voidPromise());
        if (mode == Mode.EACH) {
          context.flush();
        }
      }
      context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, context.voidPromise());
    }

    private static HttpHeaders headers(Recording recording, byte[][] chunks) {
      HttpHeaders headers = new DefaultHttpHeaders();
      recording.headers().forEach(header -> headers.add(header.name(), header.value()));
      if (recording.isChunked()) {
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      } else {
        headers.setInt(HttpHeaderNames.CONTENT_LENGTH, chunks[0].length);
      }
      return headers;
    }
  }
}
