package kz.qaqpa.label.schema;

import kz.qaqpa.label.ContentLabel;
import tools.jackson.databind.node.ObjectNode;

/**
 * A form of labels: names and values of their JSON members, and back. Immutable; any thread.
 *
 * <p>Forms are found by {@link java.util.ServiceLoader}, so that another one, such as a form that
 * the regulator prescribes, is a class and a line in {@code META-INF/services}.
 */
public interface LabelSchema {
  /** What the setting {@code labels.schema} calls it. */
  String name();

  /**
   * What a signature says of the form of what it signs: the header {@code typ} of RFC 7515, unique
   * among all forms.
   */
  String type();

  /** The members of a label, in order; never one of the name {@code jws}. */
  ObjectNode write(ContentLabel label);

  /**
   * The label that members stand for; members that this form does not know are passed over.
   *
   * @throws IllegalArgumentException naming a member that is missing or malformed
   */
  ContentLabel read(ObjectNode members);
}
