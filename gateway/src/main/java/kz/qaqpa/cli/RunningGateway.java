package kz.qaqpa.cli;

import java.time.Duration;
import kz.qaqpa.Gateway;

/**
 * A gateway that serves, and what belongs to it.
 *
 * @param gateway the serving port and what is behind it
 * @param admin the port for operators
 * @param state what outlives requests
 */
record RunningGateway(Gateway gateway, AdminPort admin, GatewayState state) {

  /** Ends all of it, in the order in which nothing is lost. */
  void stop(Duration drainTimeout) {
    try {
      gateway.stop(drainTimeout);
    } catch (InterruptedException e) {
      gateway.close();
      Thread.currentThread().interrupt();
    }
    admin.close();
    state.close();
  }
}
