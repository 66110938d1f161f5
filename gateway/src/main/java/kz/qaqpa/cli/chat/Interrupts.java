package kz.qaqpa.cli.chat;

import java.lang.reflect.Proxy;

/**
 * Ctrl-C in our hands where the JDK allows it. By reflection, because {@code sun.misc.Signal} is
 * the only way and the compiler rightly warns of it.
 */
final class Interrupts {
  private Interrupts() {}

  /** Runs {@code action} at Ctrl-C instead of ending the process; does nothing if that fails. */
  @SuppressWarnings("ReferenceEquality") // A proxy is equal to itself alone.
  static void handle(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, args) ->
                  switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> args != null && self == args[0];
                    case "toString" -> "interrupt handler";
                    default -> {
                      action.run();
                      yield null;
                    }
                  });
      Object interrupt = signal.getConstructor(String.class).newInstance("INT");
      signal.getMethod("handle", signal, handler).invoke(null, interrupt, proxy);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Without it, Ctrl-C ends the process, which cancels the answer too.
    }
  }
}
