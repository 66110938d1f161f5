package kz.qaqpa.responses;

import kz.qaqpa.http.api.ChatMessage;

/**
 * A message of a conversation under the name that clients know it by.
 *
 * @param id {@code msg_…}
 * @param message what was said
 */
record ResponseItem(String id, ChatMessage message) {}
