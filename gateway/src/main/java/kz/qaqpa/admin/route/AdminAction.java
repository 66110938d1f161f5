package kz.qaqpa.admin.route;

import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/** One thing that can be done at the admin port, by those who have the right. Shared. */
public interface AdminAction {
  /** Whether it is at a path, without the query. */
  boolean isAt(String path);

  /** The one method that it answers to. */
  String method();

  /** What whoever asks has to have. */
  Right right();

  /**
   * Does it, on the event loop.
   *
   * @param who has the right on some agency; on which, is looked at here
   * @return completes when the answer has been sent; {@link kz.qaqpa.admission.Refusal.Forbidden}
   *     where the right does not go so far
   */
  Mono<Void> serve(Exchange exchange, Operator who);
}
