package kz.qaqpa.http.usage;

/** Who reads a report, and the most that they may see. */
public sealed interface Reader {

  /** Whose reports are counted together. */
  String id();

  /**
   * An application, which sees itself.
   *
   * @param seesAgency whether it may ask for all of its agency
   */
  record OfApplication(String agency, String application, boolean seesAgency) implements Reader {
    @Override
    public String id() {
      return "application " + agency + '/' + application;
    }
  }

  /**
   * An administrator of one agency.
   *
   * @param who the administrator, unique among all of them
   */
  record OfAgency(String who, String agency) implements Reader {
    @Override
    public String id() {
      return "administrator " + who;
    }
  }

  /**
   * An operator or auditor, who sees all agencies.
   *
   * @param who unique among all administrators
   */
  record OfAll(String who) implements Reader {
    @Override
    public String id() {
      return "administrator " + who;
    }
  }
}
