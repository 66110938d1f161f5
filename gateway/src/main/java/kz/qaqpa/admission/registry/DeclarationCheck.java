package kz.qaqpa.admission.registry;

import java.util.List;
import java.util.Locale;
import kz.qaqpa.admission.Declaration;
import kz.qaqpa.config.Problems;
import kz.qaqpa.label.Provenance;
import org.jspecify.annotations.Nullable;

/**
 * What the law on artificial intelligence (230-VIII of 2025) asks of a declaration, each part of
 * which is well formed. Confined to the thread that reads the file.
 *
 * @param declaration what is declared
 * @param path where it stands
 * @param problems told all that is wrong
 */
record DeclarationCheck(Declaration declaration, String path, Problems problems) {

  /**
   * Checks mode, risk, autonomy and functions.
   *
   * @param localProfile whether this server has no connection to public networks
   */
  void check(boolean localProfile) {
    if (declaration.mode() == Provenance.Mode.LOCAL && !localProfile) {
      add("mode", "local (expected: open or closed, as registry.localProfile is false)");
    }
    if (declaration.risk() == Provenance.Risk.HIGH) {
      String why = ", as risk is high";
      require("agreementUrl", declaration.agreementUrl(), "a link" + why);
      require("oversight", declaration.oversight(), "a mapping" + why);
      if (declaration.documents().isEmpty()) {
        require("documents", null, "a list of at least one reference" + why);
      }
    }
    if (declaration.autonomy() == Provenance.Autonomy.HIGH) {
      require("humanReviewUrl", declaration.humanReviewUrl(), "a link, as autonomy is high");
    }
    checkFunctions(declaration.functions());
  }

  private void checkFunctions(List<Declaration.Function> functions) {
    for (int i = 0; i < functions.size(); i++) {
      Declaration.Function function = functions.get(i);
      if (function.isProhibited()) {
        add(
            "functions[" + i + "]",
            function.name().toLowerCase(Locale.ROOT)
                + " (expected: none that law 230-VIII prohibits; see item "
                + function.item()
                + " of its article 17(3))");
      }
    }
  }

  private void require(String field, @Nullable Object value, String expected) {
    if (value == null) {
      add(field, "missing (expected: " + expected + ")");
    }
  }

  private void add(String field, String what) {
    problems.add(path + "." + field, what);
  }
}
