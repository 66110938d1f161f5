package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.http.api.ModelCard;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Models and their cards over a real socket. */
class ModelsTest {

  @Test
  void card_tellsWhatTheFilesSay() throws Exception {
    ModelCard card =
        new ModelCard(
            List.of("kk", "ru"), "apache-2.0", "A ministry", "its own", List.of("some/base"));
    ServedModel model = Script.model(TestGateway.CONTEXT).withCard(card);
    try (TestGateway gateway =
        TestGateway.of(Script.saying("иә"), model, UnaryOperator.identity())) {
      JsonNode list = json(gateway, "/v1/models");
      assertThat(list.path("object").asString()).isEqualTo("list");
      assertThat(list.path("data").size()).isEqualTo(1);
      JsonNode one = json(gateway, "/v1/models/kaz-mini");
      assertThat(list.path("data").path(0)).isEqualTo(one);
      assertThat(one.path("created").asLong()).isPositive();
      assertThat(one.toString().replaceAll("\"created\":\\d+", "\"created\":0"))
          .isEqualTo(
              "{\"id\":\"kaz-mini\",\"object\":\"model\",\"created\":0,"
                  + "\"owned_by\":\"A ministry\",\"max_model_len\":1024,\"context_length\":1024,"
                  + "\"digest\":\"sha256:fake\",\"languages\":[\"kk\",\"ru\"],"
                  + "\"license\":\"apache-2.0\",\"provenance\":\"its own\","
                  + "\"base_models\":[\"some/base\"]}");
    }
  }

  @Test
  void whatTheFilesDoNotSay_isNull() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      JsonNode one = json(gateway, "/v1/models/kaz-mini");
      assertThat(one.path("owned_by").asString()).isEqualTo("qaqpa");
      for (String name : List.of("languages", "license", "provenance", "base_models")) {
        assertThat(one.has(name)).isTrue();
        assertThat(one.path(name).isNull()).isTrue();
      }
    }
  }

  private static JsonNode json(TestGateway gateway, String path) throws Exception {
    return JsonMapper.shared().readTree(gateway.get(path).body());
  }
}
