package kz.qaqpa.admission.identity;

import java.nio.file.Path;
import java.text.ParseException;
import kz.qaqpa.config.FileWatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Keys in a file: read again when it changes; a bad one leaves the last good keys. */
final class FileKeys implements KeySource {
  private static final Logger LOG = LoggerFactory.getLogger(FileKeys.class);

  private final String issuer;
  private final FileWatch watch;
  private volatile KeySet keys = KeySet.EMPTY;
  private volatile @Nullable String trouble;

  /**
   * Reads the file and watches it.
   *
   * @param issuer the issuer's name, for logs
   */
  FileKeys(String issuer, Path file) {
    this.issuer = issuer;
    this.watch = new FileWatch(file, this::take);
    take(watch.first());
    watch.start();
  }

  private void take(FileWatch.Seen seen) {
    try {
      KeySet read = KeySet.read(seen);
      trouble = null; // First: who finds the new keys finds no trouble.
      keys = read;
      LOG.info("keys of issuer {} were read", issuer);
    } catch (ParseException e) {
      trouble = String.valueOf(e.getMessage());
      LOG.error("keys of issuer {} are wrong, the last good ones hold on: {}", issuer, trouble);
    }
  }

  @Override
  public KeySet now() {
    return keys;
  }

  @Override
  public Mono<KeySet> newer() {
    return Mono.just(keys);
  }

  @Override
  public @Nullable String trouble() {
    return trouble == null ? null : "its file is wrong";
  }

  @Override
  public void close() {
    watch.close();
  }
}
