package kz.qaqpa.label.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** Who else may read a key file, as Kubernetes hands it over and as a careless hand leaves it. */
class KeyFileModesTest {
  @Test
  void aSecretOfAPod_isTheGateways() {
    assertThat(isOpen("r--r-----", "root", "10001", "qaqpa")).isFalse();
    assertThat(isOpen("r--r-----", "root", "qaqpa", "qaqpa")).isFalse();
    assertThat(isOpen("rw-------", "qaqpa", "qaqpa", "qaqpa")).isFalse();
  }

  @Test
  void whatOthersCanReadOrWrite_isOpen() {
    assertThat(isOpen("rw-r-----", "qaqpa", "staff", "qaqpa")).isTrue();
    assertThat(isOpen("r--r-----", "root", "root", "qaqpa")).isTrue();
    assertThat(isOpen("r--r-----", "root", "staff", "root")).isTrue();
    assertThat(isOpen("r--r--r--", "root", "10001", "qaqpa")).isTrue();
    assertThat(isOpen("rw-rw----", "root", "10001", "qaqpa")).isTrue();
  }

  private static boolean isOpen(String mode, String owner, String group, String user) {
    return KeyFiles.isOpen(PosixFilePermissions.fromString(mode), owner, group, user);
  }
}
