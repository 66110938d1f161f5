package kz.qaqpa.ws.door;

import java.util.List;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.ws.Sessions;
import kz.qaqpa.ws.WsSettings;

/**
 * Sessions and the tickets to them, at whichever port: their limits and their end are counted
 * together. Any thread.
 */
public final class SocketDoor {
  private final JsonDoor door;
  private final AdmissionGate gate;
  private final Sessions sessions;
  private final WsSettings settings;
  private final AiDisclosure disclosure;
  private final Tickets tickets = new Tickets();

  public SocketDoor(
      JsonDoor door,
      AdmissionGate gate,
      Sessions sessions,
      WsSettings settings,
      AiDisclosure disclosure) {
    this.door = door;
    this.gate = gate;
    this.sessions = sessions;
    this.settings = settings;
    this.disclosure = disclosure;
  }

  /**
   * The way in at a port.
   *
   * @param own how that server is called
   */
  public WsRoute route(HostNames own) {
    return new WsRoute(door, gate, tickets, own, settings, sessions, disclosure);
  }

  /** How programs get tickets for their pages. */
  public TicketsRoute ticketsRoute() {
    return new TicketsRoute(door, gate, tickets);
  }

  /**
   * A ticket: what to connect with, {@code new WebSocket(url, subprotocols)}.
   *
   * @throws Refusal.OverQuota if too many of the application's are out
   * @throws Refusal.Draining if the server is stopping
   */
  public List<String> subprotocols(Caller caller) {
    if (gate.draining()) {
      throw new Refusal.Draining();
    }
    return List.of(Handshake.PROTOCOL, Handshake.TICKET + tickets.issue(caller));
  }
}
