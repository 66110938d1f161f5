package kz.qaqpa.label.notice;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.config.Config;
import kz.qaqpa.label.LocalText;
import org.jspecify.annotations.Nullable;

/**
 * The notice in all languages, and its recognition in what clients send back. Immutable; any
 * thread.
 */
public final class Notices {
  /** Notices that are taken off one end of a message. */
  private static final int MOST = 4;

  private final Wording kk;
  private final Wording ru;
  private final Wording en;
  private final List<NoticeForm> forms;

  /** Notices of these words. */
  public Notices(Wording kk, Wording ru, Wording en) {
    this.kk = kk;
    this.ru = ru;
    this.en = en;
    List<NoticeForm> all = new ArrayList<>();
    for (Wording wording : List.of(kk, ru, en)) {
      all.add(new NoticeForm(wording.text(), wording.beforeUrl(), wording.afterUrl()));
      for (String old : wording.earlier()) {
        all.add(new NoticeForm(old, wording.beforeUrl(), wording.afterUrl()));
      }
    }
    this.forms = List.copyOf(all);
  }

  /**
   * Those of the configuration: files {@code labels/kk.yaml}, {@code ru.yaml} and {@code en.yaml}.
   *
   * @throws kz.qaqpa.config.ConfigException if one is malformed
   */
  public static Notices load(Config config) {
    return new Notices(
        config.bindFile("labels/kk.yaml", Wording.class),
        config.bindFile("labels/ru.yaml", Wording.class),
        config.bindFile("labels/en.yaml", Wording.class));
  }

  /**
   * The notice of an application.
   *
   * @param agreementUrl where its user agreement is, or null
   */
  public LocalText text(@Nullable String agreementUrl) {
    return agreementUrl == null
        ? new LocalText(kk.text(), ru.text(), en.text())
        : new LocalText(kk.with(agreementUrl), ru.with(agreementUrl), en.with(agreementUrl));
  }

  /** Whether a lawyer has approved of the words in all languages. */
  public boolean isChecked() {
    return kk.checked() && ru.checked() && en.checked();
  }

  /**
   * What a model said, without the notices that stood before or after it, now or earlier: for
   * messages of the role {@code assistant} that clients send back, before a template sees them.
   */
  public String strip(String message) {
    String left = message;
    for (int i = 0; i < MOST; i++) {
      String without = withoutOne(left);
      if (without.length() == left.length()) {
        return left;
      }
      left = without;
    }
    return left;
  }

  private String withoutOne(String message) {
    for (NoticeForm form : forms) {
      int end = form.endAtStart(message);
      // White space and a notice: the white space is what the model said.
      if (end >= 0 && !(isBlankBefore(message) && message.substring(end).isBlank())) {
        return NoticePlacement.withoutSeparatorAtStart(message.substring(end));
      }
      int start = form.startAtEnd(message);
      if (start >= 0) {
        return NoticePlacement.withoutSeparatorAtEnd(message.substring(0, start));
      }
    }
    return message;
  }

  private static boolean isBlankBefore(String message) {
    return Character.isWhitespace(message.charAt(0));
  }
}
