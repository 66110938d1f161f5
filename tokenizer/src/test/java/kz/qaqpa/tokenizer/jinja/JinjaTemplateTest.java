package kz.qaqpa.tokenizer.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class JinjaTemplateTest {
  /** Sets a variable, makes a macro and raises, each only where its user says so. */
  private static final JinjaTemplate TEMPLATE =
      new JinjaTemplate(
          "{% if secret %}{% set kept = secret %}{% macro told() %}told{% endmacro %}{% endif %}"
              + "{% if bad %}{{ raise_exception(bad) }}{% endif %}"
              + "{% for part in parts %}[{{ part }}]{% endfor %}{{ kept }}{{ told is defined }}",
          Clock.systemUTC());

  @Test
  void nothingOfARendering_isThereInTheNext() {
    String alone = TEMPLATE.render(Map.of("parts", List.of("a", "b")));
    assertThat(alone).startsWith("[a][b]");
    assertThat(TEMPLATE.render(Map.of("secret", "whisper", "parts", List.of("c"))))
        .startsWith("[c]whisper");
    assertThat(TEMPLATE.render(Map.of("parts", List.of("a", "b")))).isEqualTo(alone);
    assertThatThrownBy(
            () -> TEMPLATE.render(Map.of("secret", "x", "bad", "no!", "parts", List.of())))
        .hasMessage("no!");
    assertThat(TEMPLATE.render(Map.of("parts", List.of("a", "b")))).isEqualTo(alone);
  }

  @Test
  void manyThreads_renderAsOneWould() throws Exception {
    List<Future<String>> rendered = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 400; i++) {
        String own = "own-" + i;
        rendered.add(
            threads.submit(
                () -> TEMPLATE.render(Map.of("secret", own, "parts", List.of(own, own)))));
      }
    }
    for (int i = 0; i < rendered.size(); i++) {
      String own = "own-" + i;
      assertThat(rendered.get(i).get()).startsWith("[" + own + "][" + own + "]" + own);
    }
  }
}
