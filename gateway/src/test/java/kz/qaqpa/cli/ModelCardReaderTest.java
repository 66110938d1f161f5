package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.http.api.ModelCard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelCardReaderTest {
  @TempDir private Path folder;
  private final List<String> warnings = new ArrayList<>();

  @Test
  void frontMatter_asHuggingFaceHasIt() throws Exception {
    assertThat(
            readme(
                """
                ---
                language:
                - kk
                - ru
                license: other
                license_name: llama3.1
                base_model: somebody/llama
                tags: [text-generation]
                model-index:
                - name: x
                ---
                # A model
                license: none of this
                ---
                """))
        .isEqualTo(
            new ModelCard(List.of("kk", "ru"), "llama3.1", null, null, List.of("somebody/llama")));
    assertThat(warnings).isEmpty();
  }

  @Test
  void ownFile_goesFirst() throws Exception {
    Files.writeString(folder.resolve("card.yaml"), "owner: A ministry\nprovenance: its own\n");
    assertThat(readme("---\nlicense: mit\n---\n"))
        .isEqualTo(new ModelCard(null, null, "A ministry", "its own", null));
  }

  @Test
  void nothingSaid_isABlankCard_withoutAWord() throws Exception {
    assertThat(ModelCardReader.read(folder, warnings::add)).isEqualTo(ModelCard.blank());
    assertThat(readme("")).isEqualTo(ModelCard.blank());
    assertThat(readme("# Title\n---\nlicense: mit\n---\n")).isEqualTo(ModelCard.blank());
    assertThat(readme("---\n---\n")).isEqualTo(ModelCard.blank());
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ---\\nlicense: mit                       | front matter without an end
          ---\\nlicense: [mit\\n---                | not valid YAML
          ---\\nlicense: mit\\nlicense: mit\\n---  | duplicate key
          ---\\na: &x 1\\nlicense: *x\\n---        | anchor, alias or tag
          ---\\n- mit\\n---                        | expected: a mapping
          ---\\nlicense:\\n---                     | README.md:2: license: empty
          """)
  void malformedCards_areLeftOut_withAWarning(String readme, String warning) throws Exception {
    assertThat(readme(readme.replace("\\n", "\n"))).isEqualTo(ModelCard.blank());
    assertThat(warnings).singleElement().asString().contains(warning);
  }

  @Test
  void wrongValues_areLeftOutAlone() throws Exception {
    String yaml =
        "---\nlanguage: [kk, 1]\nlicense: 7\nowner: \"\"\nprovenance: ok\nbase_model: []\n---\n";
    assertThat(readme(yaml)).isEqualTo(new ModelCard(null, null, null, "ok", null));
    assertThat(warnings).hasSize(4).allMatch(warning -> warning.contains("left out (expected: "));
  }

  @Test
  void brokenBytes_andHugeFiles_areLeftOut() throws Exception {
    Files.write(folder.resolve("card.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff});
    assertThat(ModelCardReader.read(folder, warnings::add)).isEqualTo(ModelCard.blank());
    byte[] huge = "a: 1\n#".repeat(1 << 18).getBytes(StandardCharsets.UTF_8);
    Files.write(folder.resolve("card.yaml"), huge);
    assertThat(ModelCardReader.read(folder, warnings::add)).isEqualTo(ModelCard.blank());
    assertThat(warnings).hasSize(2);
  }

  @Test
  void shippedModel_saysWhereItComesFrom() {
    ModelCard card = ModelCardReader.read(Script.KAZ_MINI, warnings::add);
    assertThat(warnings).isEmpty();
    assertThat(card.languages()).containsExactly("kk");
    assertThat(card.license()).isEqualTo("apache-2.0");
    assertThat(card.provenance()).contains("trained for this project");
    assertThat(card.owner()).isNotNull();
  }

  private ModelCard readme(String text) throws IOException {
    Files.writeString(folder.resolve("README.md"), text);
    return ModelCardReader.read(folder, warnings::add);
  }
}
