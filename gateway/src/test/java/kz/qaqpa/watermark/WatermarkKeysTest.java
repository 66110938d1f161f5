package kz.qaqpa.watermark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import kz.qaqpa.batching.mark.Watermark;
import org.junit.jupiter.api.Test;

class WatermarkKeysTest {

  private static byte[] master(long key) {
    return ByteBuffer.allocate(8).putLong(key).array();
  }

  /** {@code derived_keys} of vLLM's dual-key goldens. */
  @Test
  void keysAreDerivedAsVllmDerivesThem() {
    assertThat(Long.toUnsignedString(WatermarkKeys.derive("key_a", master(0))))
        .isEqualTo("15691511769010696906");
    assertThat(Long.toUnsignedString(WatermarkKeys.derive("key_b", master(0))))
        .isEqualTo("9736202488081271922");
    assertThat(Long.toUnsignedString(WatermarkKeys.derive("key_a", master(42))))
        .isEqualTo("37150756557148556");
    assertThat(Long.toUnsignedString(WatermarkKeys.derive("key_b", master(42))))
        .isEqualTo("15826636237805488045");
  }

  @Test
  void aMasterKeyHasSixteenKeysAndAName() {
    WatermarkKeys keys = WatermarkKeys.of(master(42));

    assertThat(IntStream.range(0, 16).mapToLong(keys::subKey).distinct()).hasSize(16);
    assertThat(keys.subKey(0)).isEqualTo(WatermarkKeys.derive("key_0", master(42)));
    assertThat(keys.id()).matches("[0-9a-f]{8}").isEqualTo(WatermarkKeys.of(master(42)).id());
    assertThat(keys.id()).isNotEqualTo(WatermarkKeys.of(master(43)).id());
    assertThat(keys.watermark(7)).isEqualTo(keys.watermark(7));
    assertThat(keys.watermark(7).subKey()).isBetween(0, Watermark.SUB_KEYS - 1);
  }

  @Test
  void aMasterKeyHasEightBytesAndIsNotShown() {
    byte[] master = master(0x1122334455667788L);
    WatermarkKeys keys = WatermarkKeys.of(master);
    Arrays.fill(master, (byte) 0);

    assertThat(keys.subKey(3)).isEqualTo(WatermarkKeys.of(master(0x1122334455667788L)).subKey(3));
    assertThat(keys).hasToString(keys.id());
    assertThatThrownBy(() -> WatermarkKeys.of(new byte[9]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("watermark key: 9 bytes (expected: 8)");
  }
}
