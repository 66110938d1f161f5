package kz.qaqpa.flow;

import java.util.List;
import kz.qaqpa.http.api.ChatMessage;

/** What an answer continues. */
public sealed interface Prompt {

  /**
   * A conversation, rendered by the model's chat template.
   *
   * @param messages at least one
   * @param dropOldest whether the oldest turns are left out where all of them do not fit; else such
   *     a conversation is refused
   * @param field what clients call it: {@code messages} or {@code input}
   */
  record Conversation(List<ChatMessage> messages, boolean dropOldest, String field)
      implements Prompt {

    /** A copy of the list is kept. */
    public Conversation {
      messages = List.copyOf(messages);
    }
  }

  /**
   * Text as it is, in which special tokens are letters like others; after the model's first token.
   */
  record Text(String text) implements Prompt {}

  /** Token ids as they are, each of the model's vocabulary, at least one. */
  @SuppressWarnings("ArrayRecordComponent") // Read once; no copies.
  record Tokens(int[] ids) implements Prompt {}

  /** What clients call it. */
  default String name() {
    return this instanceof Conversation conversation ? conversation.field() : "prompt";
  }
}
