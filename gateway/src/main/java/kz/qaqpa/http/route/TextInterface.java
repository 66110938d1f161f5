package kz.qaqpa.http.route;

import io.netty.buffer.ByteBufAllocator;
import java.util.function.BiFunction;
import java.util.function.Function;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.Generation;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.EventEncoder;
import tools.jackson.databind.node.ObjectNode;

/** An interface that answers one body with text: what its bodies, events and answers look like. */
public interface TextInterface {
  /** Where it is. */
  String path();

  /** What the ids of its answers begin with. */
  String idPrefix();

  /**
   * Reads a body.
   *
   * @throws kz.qaqpa.admission.Refusal.BadRequest if it is no request of this interface
   */
  Asked read(ObjectNode body);

  /**
   * What a body asked for.
   *
   * @param generation what is to be generated
   * @param ignored how many fields outside the schema it had
   * @param streamed whether the answer comes as events
   * @param events how it is told as events
   * @param body how it is told at once
   */
  record Asked(
      Generation generation,
      int ignored,
      boolean streamed,
      BiFunction<ByteBufAllocator, Answer, EventEncoder> events,
      Function<Answer, AnswerWriter.WholeBody> body) {}
}
