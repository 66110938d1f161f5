package kz.qaqpa.admin.playground;

import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/**
 * A resource of the serving port at the admin port, for those who have the right: a page may ask
 * its own server only, and cookies of sessions reach no other path.
 *
 * @param path where it is here
 * @param method that it answers to
 * @param right what whoever asks has to have
 * @param route what answers
 */
record RouteAction(String path, String method, Right right, Route route) implements AdminAction {

  @Override
  public boolean isAt(String asked) {
    return asked.equals(path);
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    return route.serve(exchange);
  }
}
