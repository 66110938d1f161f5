package kz.qaqpa.flow;

import java.util.List;
import kz.qaqpa.http.api.ChatMessage;

/** What an answer continues. */
public sealed interface Prompt {

  /** What clients call it, for messages: {@code messages}, {@code input} or {@code prompt[3]}. */
  String field();

  /** Whether the answer begins with it. */
  boolean echo();

  /**
   * A conversation, rendered by the model's chat template.
   *
   * @param messages at least one
   * @param dropOldest whether the oldest turns are left out where all of them do not fit; else such
   *     a conversation is refused
   */
  record Conversation(List<ChatMessage> messages, boolean dropOldest, String field)
      implements Prompt {

    /** A copy of the list is kept. */
    public Conversation {
      messages = List.copyOf(messages);
    }

    /** Never. */
    @Override
    public boolean echo() {
      return false;
    }
  }

  /**
   * Text as it is, in which special tokens are letters like others; after the model's first token.
   *
   * @param echo whether the answer begins with it
   */
  record Text(String text, boolean echo, String field) implements Prompt {}

  /**
   * Token ids as they are.
   *
   * @param ids at least one; whether the vocabulary has them is checked where they are used
   * @param echo whether the answer begins with their text
   */
  @SuppressWarnings("ArrayRecordComponent") // Read once; no copies.
  record Tokens(int[] ids, boolean echo, String field) implements Prompt {}
}
