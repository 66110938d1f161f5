package kz.qaqpa.load.answer;

/**
 * How an answer travels: what one message of it means. Gatling hands over an event of SSE as JSON
 * with its data as it came. A quotation mark inside a text is escaped on the wire, so nothing that
 * a model writes can look like a member's name.
 */
public enum Wire {
  /** {@code POST /v1/chat/completions} with {@code stream}. */
  CHAT {
    @Override
    Step step(String message) {
      if (message.contains("\"data\":[DONE]")) {
        return Step.END;
      }
      if (message.contains("\"error\":{")) {
        return Step.ERROR;
      }
      return startsText(message, "\"content\":\"") ? Step.TOKEN : Step.NOTHING;
    }

    @Override
    boolean isLast(String message) {
      return message.contains("\"content_label\":{") || message.contains("\"usage\":{");
    }

    @Override
    String root() {
      return "/data";
    }
  },
  /** {@code GET /v1/responses} as a WebSocket. */
  RESPONSES {
    @Override
    Step step(String message) {
      if (message.contains("\"type\":\"response.output_text.delta\"")) {
        return startsText(message, "\"delta\":\"") ? Step.TOKEN : Step.NOTHING;
      }
      if (message.contains("\"type\":\"response.completed\"")
          || message.contains("\"type\":\"response.incomplete\"")) {
        return Step.END;
      }
      return message.contains("\"type\":\"error\"")
              || message.contains("\"type\":\"response.failed\"")
          ? Step.ERROR
          : Step.NOTHING;
    }

    @Override
    boolean isLast(String message) {
      return step(message) == Step.END;
    }

    @Override
    String root() {
      return "/response";
    }
  };

  /** What a message is. */
  public enum Step {
    /** Neither text nor end. */
    NOTHING,
    /** The first text. */
    FIRST,
    /** Text. */
    TOKEN,
    /** The end, as it should be. */
    END,
    /** An error, which ends the answer. */
    ERROR
  }

  abstract Step step(String message);

  /** Whether label or usage are in it. */
  abstract boolean isLast(String message);

  /** JSON pointer from a message to what has label and usage. */
  abstract String root();

  private static boolean startsText(String message, String member) {
    int at = message.indexOf(member);
    int first = at + member.length();
    return at >= 0 && first < message.length() && message.charAt(first) != '"';
  }
}
