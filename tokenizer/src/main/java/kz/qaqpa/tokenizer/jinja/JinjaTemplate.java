package kz.qaqpa.tokenizer.jinja;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TreeParser;
import java.time.Clock;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Jinja template, parsed once, that renders as Jinja2 does in Hugging Face's library.
 *
 * <p>Thread-safe.
 */
public final class JinjaTemplate {
  private static final Set<String> LOADING_TAGS = Set.of("include", "import", "from", "extends");

  // Jinjava does not strip at "{{-" and "-}}"; so white space control is applied to the source.
  private static final Pattern STRIP_BEFORE = Pattern.compile("\\s++(\\{[{%#])-|(\\{[{%#])-");
  private static final Pattern STRIP_AFTER = Pattern.compile("-([}%#]\\})\\s*+");

  private final Jinjava jinjava;
  private final Node tree;
  private final Clock clock;

  /**
   * Contexts with Jinjava's library, for one rendering at a time: filling one takes longer than
   * rendering. As many as there ever were renderings at once.
   */
  private final Queue<Context> libraries = new ConcurrentLinkedQueue<>();

  /**
   * Parses a template.
   *
   * @param clock what {@code strftime_now} tells the time by
   * @throws IllegalArgumentException if it is no valid template, with the reason
   */
  public JinjaTemplate(String source, Clock clock) {
    this.clock = clock;
    if (source.codePoints().anyMatch(Marked::isMark)) {
      throw new IllegalArgumentException(
          "holds a character of U+F0000 to U+FFFFF, by which words of users are marked");
    }
    jinjava = new Jinjava(config());
    JinjaLibrary.register(jinjava.getGlobalContext());
    JinjavaInterpreter interpreter = jinjava.newInterpreter();
    try (var current = JinjavaInterpreter.closeablePushCurrent(interpreter).get()) {
      tree = new TreeParser(current.value(), controlSpace(source)).buildTree();
    }
    check(interpreter);
  }

  private static JinjavaConfig config() {
    return JinjavaConfig.newBuilder()
        // Otherwise the result is rendered once more, and a user's {{ 7*7 }} becomes 49.
        .withNestedInterpretationEnabled(false)
        .withTrimBlocks(true)
        .withLstripBlocks(true)
        .withKeepTrailingNewline(true)
        .withMaxOutputSize(0)
        .withDisabled(Map.of(Context.Library.TAG, LOADING_TAGS))
        .withLegacyOverrides(
            LegacyOverrides.newBuilder()
                .withEvaluateMapKeys(true)
                .withIterateOverMapKeys(true)
                .withUseNaturalOperatorPrecedence(true)
                .withKeepNullableLoopValues(true)
                .withParseWhitespaceControlStrictly(true)
                .build())
        .build();
  }

  /** What Jinja2's lexer does to white space, and to line ends, of which it drops the last. */
  private static String controlSpace(String source) {
    String text = source.replace("\r\n", "\n").replace('\r', '\n');
    if (text.endsWith("\n")) {
      text = text.substring(0, text.length() - 1);
    }
    text = STRIP_AFTER.matcher(text).replaceAll("$1");
    return STRIP_BEFORE.matcher(text).replaceAll("$1$2");
  }

  /**
   * Renders the template.
   *
   * @param variables what it may name; strings, maps, lists, booleans, nulls
   * @throws IllegalArgumentException if the template raises an exception, with its message, or
   *     cannot be rendered
   */
  public String render(Map<String, ? extends @Nullable Object> variables) {
    RenderState state = new RenderState(clock);
    Context library = library();
    JinjavaInterpreter interpreter = interpreter(library, variables, state);
    String rendered;
    try (var current = JinjavaInterpreter.closeablePushCurrent(interpreter).get()) {
      rendered = current.value().render(tree);
    }
    libraries.add(library); // Unless rendering failed: nobody knows what of it is left behind.
    String raised = state.raised();
    if (raised != null) {
      throw new IllegalArgumentException(raised);
    }
    check(interpreter);
    return rendered;
  }

  /**
   * Renders the template to find faults in it that parsing does not find; one that gives up by
   * itself has none.
   *
   * @throws IllegalArgumentException if the template cannot be rendered
   */
  public void probe(Map<String, ? extends @Nullable Object> variables) {
    RenderState state = new RenderState(clock);
    JinjavaInterpreter interpreter = interpreter(library(), variables, state);
    try (var current = JinjavaInterpreter.closeablePushCurrent(interpreter).get()) {
      current.value().render(tree);
    }
    if (state.raised() == null) {
      check(interpreter);
    }
  }

  /** One that nobody else uses; what names a rendering looked up is forgotten. */
  private Context library() {
    Context library = libraries.poll();
    if (library == null) {
      return jinjava.getGlobalContextCopy();
    }
    library.reset();
    return library;
  }

  /** Whatever a template sets is set in a context of its own, which ends with the rendering. */
  private JinjavaInterpreter interpreter(
      Context library, Map<String, ? extends @Nullable Object> variables, RenderState state) {
    Context context = new Context(library, variables);
    context.put(RenderState.NAME, state);
    return jinjava
        .getGlobalConfig()
        .getInterpreterFactory()
        .newInstance(jinjava, context, jinjava.getGlobalConfig());
  }

  private static void check(JinjavaInterpreter interpreter) {
    for (TemplateError error : interpreter.getErrorsCopy()) {
      if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
        throw new IllegalArgumentException(
            "chat_template, line " + error.getLineno() + ": " + error.getMessage());
      }
    }
  }
}
