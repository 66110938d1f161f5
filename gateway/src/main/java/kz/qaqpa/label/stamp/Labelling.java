package kz.qaqpa.label.stamp;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import kz.qaqpa.config.Config;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSettings;
import kz.qaqpa.label.http.HeadSigner;
import kz.qaqpa.label.key.LabelKeys;
import kz.qaqpa.label.notice.Notices;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.watermark.WatermarkKeys;
import org.jspecify.annotations.Nullable;

/** What a gateway labels answers with: keys, words and the threads that sign. Any thread. */
public final class Labelling implements AutoCloseable {
  private final LabelKeys keys;
  private final Notices notices;
  private final LabelSettings settings;
  private final WatermarkKeys watermark;
  private final LabelSigner signer;
  private final @Nullable HeadSigner heads;

  /** From keys that were loaded. */
  public Labelling(LabelKeys keys, Notices notices, LabelSettings settings, InstantSource clock) {
    this.keys = keys;
    this.notices = notices;
    this.settings = settings;
    this.watermark =
        WatermarkKeys.of(
            ByteBuffer.allocate(WatermarkKeys.BYTES).putLong(keys.watermarkKey()).array());
    this.signer =
        new LabelSigner(
            keys.ring(),
            LabelSchemas.installed().named(settings.schema()),
            settings.signers(),
            settings.answers(),
            settings.signTimeout(),
            clock);
    this.heads = settings.httpSignatures() ? new HeadSigner(clock) : null;
  }

  /**
   * Loads keys and words, and starts the threads.
   *
   * @param state the gateway's folder for what it must not lose
   * @param host what the server is bound to
   * @param loopback whether that is a loopback address: only there missing keys are made
   * @throws IllegalArgumentException with one message, if a key is missing, malformed, open to
   *     other users of this machine, or not of this time
   */
  public static Labelling open(
      Config config, LabelSettings settings, Path state, String host, boolean loopback) {
    InstantSource clock = InstantSource.system();
    LabelKeys keys = LabelKeys.load(settings, state, host, loopback, clock.instant());
    return new Labelling(keys, Notices.load(config), settings, clock);
  }

  /** Labels the answers of a model. */
  public LabelStamper of(ContentLabel.Model model) {
    return new LabelStamper(
        model, notices, settings.fallback(), signer, watermark, keys.development());
  }

  /** The keys. */
  public LabelKeys keys() {
    return keys;
  }

  /** The keys of the watermark. */
  public WatermarkKeys watermark() {
    return watermark;
  }

  /** How often one client may verify labels in a minute. */
  public int verificationsPerMinute() {
    return settings.verificationsPerMinute();
  }

  /** What signs. */
  public LabelSigner signer() {
    return signer;
  }

  /** Signs heads of responses, or null where that is not wanted. */
  public @Nullable HeadSigner heads() {
    return heads;
  }

  /** What waits is not signed any more. */
  @Override
  public void close() {
    signer.close();
  }
}
