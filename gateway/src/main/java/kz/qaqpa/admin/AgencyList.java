package kz.qaqpa.admin;

import java.util.List;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;

/** The agencies and applications there are now, as the admin port sees them. Any thread. */
public interface AgencyList {
  /** All agencies, in the order of the file. */
  List<Agency> agencies();

  /** All applications, in the order of the file. */
  List<Application> applications();

  /** What is wrong with the file as it is now, a line for each; empty if it holds. */
  List<String> problems();

  /** Reads the file again if it is another; waits for the disk. */
  Reloaded reload();

  /** What came of a reload. */
  enum Reloaded {
    /** The file is as it was. */
    UNCHANGED,
    /** What it says holds now. */
    APPLIED,
    /** It is wrong, and what was before holds on. */
    REFUSED
  }
}
