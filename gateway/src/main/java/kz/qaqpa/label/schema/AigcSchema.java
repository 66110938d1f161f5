package kz.qaqpa.label.schema;

import kz.qaqpa.label.ContentLabel;
import tools.jackson.databind.node.ObjectNode;

/**
 * Version 1 with the object {@code AIGC} beside, as GB 45438-2025 has it in the metadata of files:
 * for services whose answers are also read in China. Its values are texts; that which nobody has
 * filled in is empty.
 */
public final class AigcSchema implements LabelSchema {
  /** The standard's word for content that is sure to be generated. */
  private static final String GENERATED = "1";

  private final V1Schema ours = new V1Schema();

  @Override
  public String name() {
    return "v1-aigc";
  }

  @Override
  public String type() {
    return "content-label-v1-aigc+jws";
  }

  @Override
  public ObjectNode write(ContentLabel label) {
    ObjectNode members = ours.write(label);
    members
        .putObject("aigc")
        .put("Label", GENERATED)
        .put("ContentProducer", label.provenance().holder().en())
        .put("ProduceID", label.id())
        .put("ReservedCode1", "")
        .put("ContentPropagator", "")
        .put("PropagateID", "")
        .put("ReservedCode2", "");
    return members;
  }

  @Override
  public ContentLabel read(ObjectNode members) {
    return ours.read(members);
  }
}
