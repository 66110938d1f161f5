package kz.qaqpa.admin.action;

import java.time.Instant;
import kz.qaqpa.admission.suspension.Suspension;
import org.jspecify.annotations.Nullable;

/** A suspension as the admin port shows it. */
record SuspensionBody(String by, String reason, Instant since) {

  static @Nullable SuspensionBody of(@Nullable Suspension suspension) {
    return suspension == null
        ? null
        : new SuspensionBody(suspension.by(), suspension.reason(), suspension.since());
  }

  static String state(@Nullable Suspension suspension) {
    return suspension == null ? "active" : "suspended";
  }
}
