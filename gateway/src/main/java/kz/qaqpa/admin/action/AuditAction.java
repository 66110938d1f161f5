package kz.qaqpa.admin.action;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.audit.AuditEvent;
import kz.qaqpa.admin.audit.AuditQuery;
import kz.qaqpa.admin.audit.AuditRecord;
import kz.qaqpa.admin.audit.AuditTrail;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.admin.route.JsonLines;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/**
 * {@code GET /admin/audit}: the audit log, oldest first, one JSON object a line, as it is read: no
 * more is in memory than a socket takes.
 */
public final class AuditAction implements AdminAction {
  private static final Set<String> PARAMETERS =
      Set.of("from", "to", "who", "action", "target", "after", "limit");
  private static final int LONGEST = 300;
  private static final long MOST = 1_000_000;

  private final AuditTrail trail;
  private final AdminBodies bodies;

  public AuditAction(AuditTrail trail, AdminBodies bodies) {
    this.trail = trail;
    this.bodies = bodies;
  }

  /** One line. */
  record Line(
      long number,
      Instant at,
      String who,
      String action,
      String target,
      @Nullable JsonNode before,
      @Nullable JsonNode after,
      String hash) {

    static Line of(AuditRecord record) {
      AuditEvent event = record.event();
      return new Line(
          record.number(),
          event.at(),
          event.who(),
          event.action(),
          event.target(),
          json(event.before()),
          json(event.after()),
          record.hash());
    }

    private static @Nullable JsonNode json(@Nullable String text) {
      try {
        return text == null ? null : JsonMapper.shared().readTree(text);
      } catch (JacksonException e) {
        return StringNode.valueOf(text);
      }
    }
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/admin/audit");
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Right right() {
    return Right.AUDIT;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    AuditQuery query = query(exchange.request().uri());
    return JsonLines.send(
        exchange,
        bodies.edge(exchange),
        trail.read(query).onErrorMap(Audit::unreadable).map(Line::of));
  }

  private static AuditQuery query(String uri) {
    Map<String, List<String>> parameters = new QueryStringDecoder(uri).parameters();
    for (String name : parameters.keySet()) {
      if (!PARAMETERS.contains(name)) {
        throw new Refusal.BadRequest(
            null,
            "unknown_parameter",
            "query: " + Shown.text(name) + " (expected: " + sorted() + ")");
      }
    }
    return new AuditQuery(
        moment(parameters, "from"),
        moment(parameters, "to"),
        text(parameters, "who"),
        text(parameters, "action"),
        text(parameters, "target"),
        number(parameters, "after", 0, 0, Long.MAX_VALUE),
        number(parameters, "limit", 1000, 1, MOST));
  }

  private static String sorted() {
    return String.join(", ", PARAMETERS.stream().sorted().toList());
  }

  private static @Nullable String text(Map<String, List<String>> parameters, String name) {
    List<String> values = parameters.getOrDefault(name, List.of());
    if (values.size() > 1 || (!values.isEmpty() && values.getFirst().length() > LONGEST)) {
      throw Refusal.BadRequest.value(
          name, values.size() + " values", "one of at most " + LONGEST + " characters");
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  private static @Nullable Instant moment(Map<String, List<String>> parameters, String name) {
    String text = text(parameters, name);
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw Refusal.BadRequest.value(
          name, Shown.text(text), "a moment such as 2026-11-30T09:00:00Z, or with %2B05:00");
    }
  }

  private static long number(
      Map<String, List<String>> parameters, String name, long usual, long least, long most) {
    String text = text(parameters, name);
    if (text == null) {
      return usual;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw Refusal.BadRequest.value(
        name, Shown.text(text), "a whole number from " + least + " to " + most);
  }
}
