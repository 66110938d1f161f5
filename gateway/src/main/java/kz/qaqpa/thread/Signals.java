package kz.qaqpa.thread;

import java.lang.reflect.Proxy;

/**
 * Signals in our hands where the JDK allows it. By reflection, because {@code sun.misc.Signal} is
 * the only way and the compiler rightly warns of it.
 */
public final class Signals {
  private Signals() {}

  /**
   * Runs {@code action}, on a thread of its own, at each signal from now on instead of what the JVM
   * would do; does nothing if the JDK does not allow it.
   *
   * @param name {@code INT} (Ctrl-C) or {@code TERM}
   */
  @SuppressWarnings("ReferenceEquality") // A proxy is equal to itself alone.
  public static void handle(String name, Runnable action) {
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
                    case "toString" -> "handler of " + name;
                    default -> {
                      action.run();
                      yield null;
                    }
                  });
      Object wanted = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, wanted, proxy);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // The JVM goes on to end the process at this signal, or to ignore it while it ends.
    }
  }
}
