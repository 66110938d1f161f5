package kz.qaqpa.admission.registry;

import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * Distinguished names in one form: RFC 2253, with names in place of the numbers of usual
 * attributes, so that it does not matter in which string type a certificate holds a value. Case,
 * order and spaces within values count.
 */
public final class Subjects {
  private static final Map<String, String> NAMES =
      Map.of(
          "1.2.840.113549.1.9.1", "EMAILADDRESS",
          "2.5.4.4", "SURNAME",
          "2.5.4.5", "SERIALNUMBER",
          "2.5.4.12", "T",
          "2.5.4.15", "BUSINESSCATEGORY",
          "2.5.4.42", "GIVENNAME",
          "2.5.4.97", "ORGANIZATIONIDENTIFIER");

  private Subjects() {}

  /** A name in that form; empty for an empty one. */
  public static String of(X500Principal name) {
    return name.getName(X500Principal.RFC2253, NAMES);
  }
}
