package kz.qaqpa.cli.bench.profile;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.cli.process.ThreadTimes;

/**
 * Flight Recorder in another process, from now until {@link #stop}. Processor time is sampled by
 * {@code jdk.CPUTimeSample} (JEP 509) where the JDK has it, which counts time in native methods
 * too, else by {@code jdk.ExecutionSample}. Any thread.
 */
public final class Recording {
  private static final String NAME = "qaqpa-bench";

  /** Reactor's stacks are deeper than the usual 64 frames. */
  private static final String DEPTH = "stackdepth=256";

  private static final String EVENTS =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <configuration version="2.0">
        <event name="jdk.CPUTimeSample">
          <setting name="enabled">true</setting>
          <setting name="throttle">5ms</setting>
          <setting name="stackTrace">true</setting>
        </event>
        <event name="jdk.ExecutionSample">
          <setting name="enabled">true</setting>
          <setting name="period">10 ms</setting>
          <setting name="stackTrace">true</setting>
        </event>
        <event name="jdk.ObjectAllocationSample">
          <setting name="enabled">true</setting>
          <setting name="throttle">1000/s</setting>
          <setting name="stackTrace">true</setting>
        </event>
      </configuration>
      """;

  private final Child child;
  private final Path folder;
  private final String name;
  private final ThreadTimes before;

  private Recording(Child child, Path folder, String name, ThreadTimes before) {
    this.child = child;
    this.folder = folder;
    this.name = name;
    this.before = before;
  }

  /**
   * Starts one.
   *
   * @param folder that is there
   * @param name of its files in the folder, {@code .jfr} and {@code .svg}
   * @throws IOException if the process cannot be recorded
   */
  public static Recording start(Child child, Path folder, String name)
      throws IOException, InterruptedException {
    Path events = folder.resolve("profile.jfc").toAbsolutePath();
    Files.writeString(events, EVENTS);
    child.jcmd("JFR.configure", DEPTH);
    child.jcmd("JFR.start", "name=" + NAME, "settings=" + events);
    return new Recording(child, folder, name, child.threadTimes());
  }

  /** Ends it, draws the flame graph and prints the summary. */
  public void stop(PrintStream out) throws IOException, InterruptedException {
    ThreadTimes threads = child.threadTimes().since(before);
    Path file = folder.resolve(name + ".jfr").toAbsolutePath();
    child.jcmd("JFR.stop", "name=" + NAME, "filename=" + file);
    Profile profile = Profile.read(file);
    Path graph = folder.resolve(name + ".svg");
    Files.writeString(graph, FlameGraph.svg(profile.cpu(), "Processor time of " + name));
    out.println(profile.summary(name, threads));
    out.println("flame graph: " + graph + ", recording: " + file);
  }
}
