package kz.qaqpa.tokenizer.jinja;

import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Functions, filters and tests that Hugging Face's templates use and Jinjava has otherwise. */
public final class JinjaLibrary {
  private static final Map<Character, String> DATE_PATTERNS =
      Map.ofEntries(
          Map.entry('d', "dd"),
          Map.entry('m', "MM"),
          Map.entry('b', "MMM"),
          Map.entry('B', "MMMM"),
          Map.entry('y', "yy"),
          Map.entry('Y', "yyyy"),
          Map.entry('a', "EEE"),
          Map.entry('A', "EEEE"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('M', "mm"),
          Map.entry('S', "ss"),
          Map.entry('p', "a"),
          Map.entry('j', "DDD"));

  private JinjaLibrary() {}

  static void register(Context context) {
    context.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", JinjaLibrary.class, "raiseException", Object.class));
    context.registerFunction(
        new ELFunctionDefinition(
            "", "strftime_now", JinjaLibrary.class, "strftimeNow", Object.class));
    context.registerFilter(new Trim());
    context.registerFilter(new ToJson());
    context.registerExpTest(new IsIterable());
  }

  /** Ends the rendering with an error; called by templates, by reflection. */
  public static String raiseException(@Nullable Object message) {
    RenderState.current().raise(Marked.of(String.valueOf(message)).text());
    return "";
  }

  /** The time now in Python's format; called by templates, by reflection. */
  public static String strftimeNow(@Nullable Object format) {
    String text = String.valueOf(format);
    ZonedDateTime now = ZonedDateTime.now(RenderState.current().clock());
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '%' || i + 1 == text.length()) {
        out.append(c);
        continue;
      }
      char directive = text.charAt(++i);
      String pattern = DATE_PATTERNS.get(directive);
      if (directive == '%') {
        out.append('%');
      } else if (pattern != null) {
        out.append(DateTimeFormatter.ofPattern(pattern, Locale.US).format(now));
      } else {
        RenderState.current().raise("strftime_now: %" + directive + " is not supported");
      }
    }
    return out.toString();
  }

  /** As {@code str.strip}: Unicode's white space, not Java's control characters. */
  private static final class Trim implements Filter {
    @Override
    public String getName() {
      return "trim";
    }

    @Override
    public @Nullable Object filter(
        @Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
      String text = value == null ? "" : interpreter.getAsString(value);
      int from = 0;
      int to = text.length();
      while (from < to && strips(text.charAt(from), arguments)) {
        from++;
      }
      while (to > from && strips(text.charAt(to - 1), arguments)) {
        to--;
      }
      return text.substring(from, to);
    }

    private static boolean strips(char c, String... arguments) {
      return arguments.length > 0 ? arguments[0].indexOf(c) >= 0 : Marked.isSpace(c);
    }
  }

  /** As {@code json.dumps(value, ensure_ascii=False)}: no escapes for HTML. */
  private static final class ToJson implements Filter {
    @Override
    public String getName() {
      return "tojson";
    }

    @Override
    public Object filter(
        @Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
      return new PythonJson(0).write(value);
    }

    @Override
    public Object filter(
        @Nullable Object value,
        JinjavaInterpreter interpreter,
        Object[] arguments,
        Map<String, Object> named) {
      Object indent = named.getOrDefault("indent", arguments.length > 0 ? arguments[0] : 0);
      return new PythonJson(indent instanceof Number number ? number.intValue() : 0).write(value);
    }
  }

  /** A string is iterable in Python. */
  private static final class IsIterable implements ExpTest {
    @Override
    public String getName() {
      return "iterable";
    }

    @Override
    public boolean evaluate(
        @Nullable Object value, JinjavaInterpreter interpreter, Object... arguments) {
      return value instanceof CharSequence
          || value instanceof Iterable
          || value instanceof Map
          || (value != null && value.getClass().isArray());
    }
  }
}
