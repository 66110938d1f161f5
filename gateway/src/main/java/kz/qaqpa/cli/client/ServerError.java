package kz.qaqpa.cli.client;

/** What the server said was wrong, in one line. No stack trace. */
public final class ServerError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ServerError(String message) {
    super(message, null, false, false);
  }
}
