package kz.qaqpa.http.api;

import tools.jackson.databind.node.ObjectNode;

/**
 * How an answer travels: the fields {@code stream} and {@code stream_options}.
 *
 * @param stream as server-sent events, else as one body
 * @param includeUsage whether a stream ends with a usage chunk
 * @param obfuscate whether each event is padded, so that its size does not tell the length of its
 *     text
 */
public record StreamOptions(boolean stream, boolean includeUsage, boolean obfuscate) {

  /**
   * Reads the fields.
   *
   * @param obfuscate what holds where the client says nothing
   */
  public static StreamOptions read(Fields fields, boolean obfuscate) {
    ObjectNode object = fields.child("stream_options");
    Fields options =
        new Fields(object == null ? fields.object().objectNode() : object, "stream_options");
    boolean asked = options.bool("include_obfuscation");
    boolean silent = options.any("include_obfuscation") == null;
    return new StreamOptions(
        fields.bool("stream"), options.bool("include_usage"), silent ? obfuscate : asked);
  }
}
