package kz.qaqpa.openai;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenAI's OpenAPI document (3.1, so its schemas are JSON Schema 2020-12), which is not part of
 * this project: {@code -Dqaqpa.openai.schema=FILE} says where it is. Immutable once read; any
 * thread.
 */
public final class OpenAiSchema {
  private static final String ID = "https://openai.invalid/openapi.json";
  private static final String SCHEMAS = "/components/schemas/";

  /** With the words of OpenAPI, of OpenAI's tools and of an older draft that check nothing. */
  private static final Dialect DIALECT =
      Dialect.builder(Dialects.getDraft202012())
          .keywords(
              Stream.of(
                      "discriminator",
                      "example",
                      "x-oaiExpandable",
                      "x-oaiMeta",
                      "x-oaiSupportedSDKs",
                      "x-oaiTypeLabel",
                      "x-stainless-const",
                      "$recursiveAnchor",
                      "$recursiveRef")
                  .map(NonValidationKeyword::new)
                  .toList())
          .build();

  private static final @Nullable OpenAiSchema GIVEN =
      read(System.getProperty("qaqpa.openai.schema"));

  private final JsonNode document;
  private final SchemaRegistry registry;
  private final Map<String, String> eventSchemas = new HashMap<>();

  private OpenAiSchema(ObjectNode document) {
    Corrections.apply(document);
    this.document = document;
    String text = document.toString();
    this.registry =
        SchemaRegistry.withDefaultDialect(DIALECT, builder -> builder.schemas(Map.of(ID, text)));
    for (JsonNode option : document.at(SCHEMAS + "ResponseStreamEvent").path("anyOf")) {
      String reference = option.path("$ref").asString();
      String name = reference.substring(reference.lastIndexOf('/') + 1);
      JsonNode types = document.at(SCHEMAS + name).at("/properties/type/enum");
      eventSchemas.put(types.path(0).asString(), name);
    }
  }

  /** The document that was given, or null: then there is nothing to check against. */
  public static @Nullable OpenAiSchema given() {
    return GIVEN;
  }

  /** The same where a test runs only if it was given. */
  public static OpenAiSchema required() {
    if (GIVEN == null) {
      throw new AssertionError("qaqpa.openai.schema: absent (expected: OpenAI's openapi.json)");
    }
    return GIVEN;
  }

  private static @Nullable OpenAiSchema read(@Nullable String file) {
    if (file == null || file.isBlank()) {
      return null;
    }
    try {
      JsonNode root = JsonMapper.shared().readTree(Files.readString(Path.of(file)));
      return new OpenAiSchema((ObjectNode) root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What is wrong with a value, a line each; empty if nothing is.
   *
   * @param name of a schema under {@code components/schemas}
   */
  public List<String> problems(String name, JsonNode value) {
    if (document.at(SCHEMAS + name).isMissingNode()) {
      throw new AssertionError("no schema " + name);
    }
    Schema schema = registry.getSchema(SchemaLocation.of(ID + "#" + SCHEMAS + name));
    return schema.validate(value).stream().map(Error::toString).toList();
  }

  /** Fails with all that is wrong with a JSON text. */
  public void assertValid(String name, String json) {
    List<String> problems = problems(name, JsonMapper.shared().readTree(json));
    if (!problems.isEmpty()) {
      throw new AssertionError(name + ": " + String.join("\n  ", problems) + "\n  in " + json);
    }
  }

  /** The schema of an event of the Responses API by its {@code type}, or null for none. */
  @Nullable String eventSchema(String type) {
    return eventSchemas.get(type);
  }
}
