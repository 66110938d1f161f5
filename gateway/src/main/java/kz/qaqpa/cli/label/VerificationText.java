package kz.qaqpa.cli.label;

import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.Collectors;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.Provenance;
import kz.qaqpa.label.verify.Finding;
import kz.qaqpa.label.verify.ScriptMixing;
import kz.qaqpa.label.verify.Tolerance;
import kz.qaqpa.label.verify.Verification;

/** A verification in words: the verdict first, then who answers. */
final class VerificationText {
  private final PrintStream out;

  VerificationText(PrintStream out) {
    this.out = out;
  }

  void print(Verification verification) {
    out.println(
        verification.verdict().tag()
            + (verification.why().isEmpty() ? "" : ": " + verification.why()));
    verification.findings().forEach(this::finding);
    ContentLabel label = verification.label();
    if (label == null) {
      return;
    }
    if (verification.findings().isEmpty()) {
      out.println("text: none given, so only the label was verified");
    }
    if (verification.keyOver()) {
      out.println("key: retired since; the label is of its time");
    }
    if (!verification.edited().isEmpty()) {
      out.println(
          "members changed beside the signature, without effect: "
              + String.join(", ", verification.edited()));
    }
    answerable(label);
  }

  private void finding(Finding finding) {
    String which = "text" + (finding.index() == null ? "" : " of choice " + finding.index()) + ": ";
    switch (finding.outcome()) {
      case SAME -> out.println(which + "as delivered" + overlooked(finding));
      case ALTERED -> {
        out.println(
            which
                + "not as delivered"
                + (finding.lookalikesOnly() ? ", but for letters that look alike" : ""));
        for (ScriptMixing.Place place : finding.mixing()) {
          out.println("  another script in a word: " + place.letter() + " at " + place.offset());
        }
      }
      case OTHER_CHOICE -> out.println(which + "delivered as another choice of this answer");
      case OTHER_ANSWER -> out.println(which + "delivered under label " + finding.otherLabel());
    }
  }

  private static String overlooked(Finding finding) {
    return finding.tolerances().isEmpty()
        ? ""
        : finding.tolerances().stream()
            .map(VerificationText::words)
            .collect(Collectors.joining(", ", ", overlooking ", ""));
  }

  private static String words(Tolerance tolerance) {
    return switch (tolerance) {
      case NORMAL_FORM -> "its normal form";
      case LINE_ENDS -> "its line ends";
      case OUTER_SPACE -> "white space around it";
      case NOTICE_CUT_OFF -> "that the notice was cut off";
    };
  }

  private void answerable(ContentLabel label) {
    Provenance provenance = label.provenance();
    out.println("made by AI: model " + label.model().id() + ", " + label.producedAt());
    out.println("owner: " + names(provenance.owner()));
    out.println("holder: " + names(provenance.holder()));
    out.println("application: " + provenance.agency() + "/" + provenance.application());
    out.println(
        "risk "
            + tag(provenance.risk())
            + ", autonomy "
            + tag(provenance.autonomy())
            + ", mode "
            + tag(provenance.mode())
            + ", ground "
            + provenance.ground().stream()
                .map(Provenance.Ground::article)
                .collect(Collectors.joining(", ")));
    out.println("label: " + label.id());
    if (label.development()) {
      out.println("signed with a key for development: proves nothing to others");
    }
  }

  private static String names(LocalText text) {
    return text.kk() + " / " + text.ru() + " / " + text.en();
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
