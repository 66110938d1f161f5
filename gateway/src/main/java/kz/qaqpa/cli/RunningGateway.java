package kz.qaqpa.cli;

import java.time.Duration;
import kz.qaqpa.Gateway;
import kz.qaqpa.label.stamp.Labelling;

/**
 * A gateway that serves, and what belongs to it.
 *
 * @param gateway the serving port and what is behind it
 * @param admin the port for operators
 * @param labelling what answers are labelled with
 * @param state what outlives requests
 */
record RunningGateway(Gateway gateway, AdminPort admin, Labelling labelling, GatewayState state) {

  /** Ends all of it, in the order in which nothing is lost. */
  void stop(Duration drainTimeout) {
    try {
      gateway.stop(drainTimeout);
    } catch (InterruptedException e) {
      gateway.close();
      Thread.currentThread().interrupt();
    }
    admin.close();
    labelling.close();
    state.close();
  }
}
