package kz.qaqpa.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** A tree to a record by Jackson, without its leniency, and with our errors instead of its own. */
final class Binder {
  private static final JsonMapper MAPPER = mapper();

  /** The key that a record's own message begins with: "slots: -1 (expected: …)". */
  private static final Pattern NAMED_KEY = Pattern.compile("^(?:[\\w.]*\\.)?(\\w+): ");

  private final Document document;
  private final KeyPath base;
  private final JsonNode node;

  private Binder(Document document, KeyPath base, JsonNode node) {
    this.document = document;
    this.base = base;
    this.node = node;
  }

  static <T> T bind(Document document, KeyPath path, JsonNode node, Class<T> recordType) {
    if (!recordType.isRecord()) {
      throw new IllegalArgumentException(recordType + " (expected: a record)");
    }
    Binder binder = new Binder(document, path, node);
    if (!node.isObject()) {
      throw binder.error(path, Shown.value(path, node) + " (expected: a mapping)");
    }
    try {
      return MAPPER.treeToValue(node, recordType);
    } catch (JacksonException e) {
      throw binder.translate(e);
    }
  }

  private static JsonMapper mapper() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .annotationIntrospector(new RecordIntrospector())
            .addModule(SettingTypes.module())
            .enable(
                DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(
                DeserializationFeature.ACCEPT_FLOAT_AS_INT,
                DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS);
    builder.withCoercionConfig(
        LogicalType.Textual,
        config ->
            Arrays.stream(
                    new CoercionInputShape[] {
                      CoercionInputShape.Boolean,
                      CoercionInputShape.Integer,
                      CoercionInputShape.Float
                    })
                .forEach(shape -> config.setCoercion(shape, CoercionAction.Fail)));
    return builder.build();
  }

  private ConfigException translate(JacksonException e) {
    KeyPath path = path(e);
    return switch (e) {
      case UnrecognizedPropertyException unknown ->
          error(path, "unknown key (expected: one of " + sorted(unknown) + ")");
      case ValueInstantiationException refused -> refusedByRecord(path, refused);
      case MismatchedInputException mismatch -> mismatch(path, mismatch.getTargetType());
      case InputCoercionException outOfRange -> mismatch(path, outOfRange.getTargetType());
      default -> error(path, Shown.name(String.valueOf(e.getOriginalMessage())));
    };
  }

  private ConfigException mismatch(KeyPath path, @Nullable Class<?> target) {
    JsonNode value = at(path);
    if (value == null) {
      return error(path, "missing (expected: " + SettingTypes.expected(target) + ")");
    }
    return error(
        path, Shown.value(path, value) + " (expected: " + SettingTypes.expected(target) + ")");
  }

  /** Keeps the record's message, and finds the line of the key that it names. */
  private ConfigException refusedByRecord(KeyPath path, ValueInstantiationException e) {
    Throwable cause = e.getCause();
    String message = cause == null || cause.getMessage() == null ? "not valid" : cause.getMessage();
    KeyPath origin = path;
    Matcher named = NAMED_KEY.matcher(message);
    if (named.find() && at(path.key(named.group(1))) != null) {
      origin = path.key(named.group(1));
      message = origin + ": " + message.substring(named.end());
    } else if (!path.steps().isEmpty()) {
      message = path + ": " + message;
    }
    return new ConfigException(document.origin(origin) + ": " + withoutSecrets(path, message));
  }

  private String withoutSecrets(KeyPath path, String message) {
    String safe = message;
    JsonNode parent = at(path);
    if (parent != null && parent.isObject()) {
      for (String key : parent.propertyNames()) {
        JsonNode value = parent.get(key);
        if (Shown.isSecret(path.key(key)) && value.isString() && !value.asString().isEmpty()) {
          safe = safe.replace(value.asString(), Shown.hidden(value.asString()));
        }
      }
    }
    return safe;
  }

  private KeyPath path(JacksonException e) {
    KeyPath path = base;
    for (JacksonException.Reference step : e.getPath()) {
      path =
          step.getPropertyName() == null
              ? path.index(step.getIndex())
              : path.key(step.getPropertyName());
    }
    return path;
  }

  private @Nullable JsonNode at(KeyPath path) {
    JsonNode at = node;
    for (Object step : path.steps().subList(base.steps().size(), path.steps().size())) {
      at = step instanceof Integer index ? at.path(index) : at.path(step.toString());
    }
    return at.isMissingNode() ? null : at;
  }

  private ConfigException error(KeyPath path, String what) {
    String name = path.toString();
    return new ConfigException(
        document.origin(path) + ": " + (name.isEmpty() ? "" : name + ": ") + what);
  }

  private static List<String> sorted(UnrecognizedPropertyException e) {
    List<String> names = new ArrayList<>();
    e.getKnownPropertyIds().forEach(id -> names.add(String.valueOf(id)));
    return names.stream().sorted().toList();
  }
}
