package kz.qaqpa.http.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import kz.qaqpa.config.FileWatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS whose files are read again when one of them changes, as certificates do every few weeks:
 * connections that come later get what is new, those that are there go on. Files that do not fit,
 * such as a certificate whose key has not been written yet, change nothing. Any thread.
 */
public final class RenewedTls extends SslContext implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RenewedTls.class);

  private final String section;
  private final Supplier<SslContext> read;
  private final List<FileWatch> watches;
  private volatile SslContext now;
  private volatile @Nullable String problem;

  /**
   * Reads the files; {@link #watch} makes it do so again.
   *
   * @param section what messages call its settings, such as {@code tls}
   * @param files those that are looked at
   * @param read makes TLS of what they hold now, or throws {@link IllegalArgumentException}
   * @throws IllegalArgumentException if they cannot be used
   */
  public RenewedTls(String section, List<Path> files, Supplier<SslContext> read) {
    this.section = section;
    this.read = read;
    this.watches = files.stream().map(file -> new FileWatch(file, _ -> renew())).toList();
    this.now = read.get();
  }

  /** Looks at the files from now on, until it is closed. */
  public void watch() {
    watches.forEach(FileWatch::start);
  }

  private synchronized void renew() {
    try {
      now = read.get();
      problem = null;
      LOG.info("{}: files were read again", section);
    } catch (IllegalArgumentException e) {
      problem = e.getMessage();
      LOG.error("{}; what was before holds on", problem);
    }
  }

  /** Why the files as they are now are not used, or null if they are. */
  public @Nullable String problem() {
    return problem;
  }

  @Override
  public boolean isClient() {
    return false;
  }

  @Override
  public List<String> cipherSuites() {
    return now.cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation") // Abstract, still.
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return now.applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return now.newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return now.newEngine(allocator, peerHost, peerPort);
  }

  @Override
  public SSLSessionContext sessionContext() {
    return now.sessionContext();
  }

  @Override
  public void close() {
    watches.forEach(FileWatch::close);
  }
}
