package kz.qaqpa.admission.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.admission.Declaration;
import kz.qaqpa.config.FileCheck;
import kz.qaqpa.config.Problems;

/**
 * What must hold in {@code agencies.yaml} as a whole.
 *
 * @param localProfile whether this server has no connection to public networks
 * @param issuers names of the issuers of tokens that there are
 */
record RegistryCheck(boolean localProfile, Set<String> issuers) implements FileCheck<AgenciesFile> {

  @Override
  public void check(AgenciesFile file, Problems problems) {
    Once once = new Once(problems, new HashMap<>());
    for (int i = 0; i < file.agencies().size(); i++) {
      AgenciesFile.AgencyEntry agency = file.agencies().get(i);
      String path = "agencies[" + i + "]";
      once.require(path + ".id", "agency", agency.id());
      for (int j = 0; j < agency.applications().size(); j++) {
        ApplicationEntry application = agency.applications().get(j);
        String place = path + ".applications[" + j + "]";
        once.require(place + ".id", "application", agency.id() + "/" + application.id());
        check(application, place, problems);
        checkDoors(application, place, once);
      }
    }
  }

  private void check(ApplicationEntry application, String path, Problems problems) {
    Declaration declaration = application.declaration();
    if (declaration == null) {
      if (application.hasDoor()) {
        problems.add(
            path + ".declaration",
            "missing (expected: a mapping, as the application has keys, certificates or tokens)");
      }
    } else {
      new DeclarationCheck(declaration, path + ".declaration", problems).check(localProfile);
    }
    for (int i = 0; i < application.tokens().size(); i++) {
      String issuer = application.tokens().get(i).issuer();
      if (!issuers.contains(issuer)) {
        problems.add(
            path + ".tokens[" + i + "].issuer",
            "unknown (expected: a name from identity.yaml, one of "
                + issuers.stream().sorted().toList()
                + ")");
      }
    }
  }

  private static void checkDoors(ApplicationEntry application, String path, Once once) {
    for (int i = 0; i < application.keys().size(); i++) {
      once.require(path + ".keys[" + i + "]", "key", application.keys().get(i).sha256());
    }
    for (int i = 0; i < application.clientCertificates().size(); i++) {
      CertificateEntry certificate = application.clientCertificates().get(i);
      String value = certificate.sha256() + " " + certificate.subject();
      once.require(path + ".clientCertificates[" + i + "]", "certificate", value);
    }
    for (int i = 0; i < application.tokens().size(); i++) {
      TokenEntry token = application.tokens().get(i);
      String value = token.issuer() + "\n" + token.subject() + "\n" + token.client();
      once.require(path + ".tokens[" + i + "]", "token", value);
    }
  }

  /**
   * What may be there once.
   *
   * @param seen kind and value to where it was first
   */
  private record Once(Problems problems, Map<String, String> seen) {
    void require(String path, String kind, String value) {
      String first = seen.putIfAbsent(kind + " " + value, path);
      if (first != null) {
        problems.add(path, "the same as " + first + " (expected: another)");
      }
    }
  }
}
