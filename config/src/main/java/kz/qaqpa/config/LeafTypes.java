package kz.qaqpa.config;

import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * What is no record: scalars and their lists, by Jackson without its leniency; durations as {@code
 * 30s}, moments with their offset, paths with {@code ~/}.
 */
final class LeafTypes {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final JsonMapper MAPPER = mapper();

  private LeafTypes() {}

  /** A value of some type. */
  static Object read(JsonNode node, Type type) throws JacksonException {
    return MAPPER.readerFor(MAPPER.constructType(type)).readValue(node);
  }

  private static JsonMapper mapper() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .addModule(module())
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS, EnumFeature.READ_ENUMS_USING_TO_STRING)
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

  private static SimpleModule module() {
    SimpleModule module = new SimpleModule("qaqpa-settings");
    module.addDeserializer(Duration.class, new DurationReader());
    module.addDeserializer(Instant.class, new InstantReader());
    module.addDeserializer(Path.class, new PathReader());
    return module;
  }

  /** What a value of this type looks like, for messages. */
  static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "another type";
    }
    if (type.isEnum()) {
      return "one of "
          + Arrays.stream(type.getEnumConstants())
              .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
              .toList();
    }
    return switch (type.getSimpleName()) {
      case "int", "Integer" -> "a whole number, -2147483648 to 2147483647";
      case "long", "Long", "BigInteger" -> "a whole number";
      case "double", "Double", "float", "Float" -> "a number";
      case "boolean", "Boolean" -> "true or false";
      case "String" -> "text; in quotes if it looks like a number";
      case "Duration" -> "a duration such as 250ms, 30s, 5m, 2h or 1d";
      case "Instant" -> "a time with its offset, such as 2027-01-31T18:00:00+05:00";
      case "Path" -> "a path";
      default ->
          Collection.class.isAssignableFrom(type)
              ? "a list"
              : Map.class.isAssignableFrom(type) || type.isRecord() ? "a mapping" : "a value";
    };
  }

  private static final class DurationReader extends StdDeserializer<Duration> {
    DurationReader() {
      super(Duration.class);
    }

    @Override
    public Duration deserialize(JsonParser parser, DeserializationContext context) {
      Matcher text =
          DURATION.matcher(parser.hasToken(JsonToken.VALUE_STRING) ? parser.getString() : "");
      if (!text.matches()) {
        return context.reportInputMismatch(Duration.class, "not a duration");
      }
      long amount = Long.parseLong(text.group(1));
      return switch (text.group(2)) {
        case "ms" -> Duration.ofMillis(amount);
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        case "h" -> Duration.ofHours(amount);
        default -> Duration.ofDays(amount);
      };
    }
  }

  private static final class InstantReader extends StdDeserializer<Instant> {
    InstantReader() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context) {
      String text = parser.hasToken(JsonToken.VALUE_STRING) ? parser.getString() : "";
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeParseException e) {
        return context.reportInputMismatch(Instant.class, "not a time");
      }
    }
  }

  private static final class PathReader extends StdDeserializer<Path> {
    PathReader() {
      super(Path.class);
    }

    @Override
    public Path deserialize(JsonParser parser, DeserializationContext context) {
      String text = parser.hasToken(JsonToken.VALUE_STRING) ? parser.getString() : "";
      if (text.isEmpty() || text.indexOf('\0') >= 0) {
        return context.reportInputMismatch(Path.class, "not a path");
      }
      return UserPath.of(text);
    }
  }
}
