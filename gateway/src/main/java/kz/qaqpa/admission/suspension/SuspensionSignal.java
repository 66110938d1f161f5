package kz.qaqpa.admission.suspension;

/**
 * How gateways tell each other that suspensions have changed, so that they need not wait for their
 * next look into the register. A hint: what is lost is found by looking. Any thread; nothing waits.
 */
public interface SuspensionSignal {
  /** Nobody is told: each gateway looks by itself. */
  SuspensionSignal NONE =
      new SuspensionSignal() {
        @Override
        public void changed() {}

        @Override
        public void onChange(Runnable look) {}
      };

  /** Tells the others. */
  void changed();

  /** Calls this when another one told; on any thread. */
  void onChange(Runnable look);
}
