package kz.qaqpa.admission.suspension;

/** Who may not pass, whatever the registry says. Any thread; takes no lock. */
public interface SuspensionCheck {
  /** Everybody may. */
  SuspensionCheck NONE = _ -> {};

  /**
   * Lets an application pass.
   *
   * @param fullId {@code agency/application}
   * @throws kz.qaqpa.admission.Refusal.Suspended if it is suspended
   * @throws kz.qaqpa.admission.Refusal.Overloaded while that is not known
   */
  void check(String fullId);

  /** Whether it is known who is suspended; until then nobody passes. */
  default boolean isKnown() {
    return true;
  }
}
