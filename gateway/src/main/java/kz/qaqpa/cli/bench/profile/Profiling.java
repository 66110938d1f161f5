package kz.qaqpa.cli.bench.profile;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.process.Child;
import org.jspecify.annotations.Nullable;

/** What of a benchmark is recorded where {@code --profile} is given, and nothing where not. */
public final class Profiling {
  /** The switch. */
  public static final String SWITCH = "profile";

  /** Nothing is recorded. */
  public static final Profiling OFF = new Profiling(null, System.err);

  private final @Nullable Path folder;
  private final PrintStream out;

  private Profiling(@Nullable Path folder, PrintStream out) {
    this.folder = folder;
    this.out = out;
  }

  /**
   * Records into a folder.
   *
   * @param out for summaries
   */
  public static Profiling into(Path folder, PrintStream out) {
    return new Profiling(folder, out);
  }

  /** Records into a folder if the switch was given. */
  public static Profiling of(Options options, Path folder, PrintStream out) {
    return options.has(SWITCH) ? into(folder, out) : OFF;
  }

  /** Whether anything is recorded. */
  public boolean isOn() {
    return folder != null;
  }

  /** What is to be measured once its process is warm. */
  public interface Work<T> {
    T run() throws IOException, InterruptedException;
  }

  /**
   * Runs work for its recording alone, a round beside those that are measured, so that recording is
   * in no figure; not at all where nothing is recorded.
   *
   * @param name of the recording's files
   */
  public void recordBeside(Child child, String name, Work<?> work)
      throws IOException, InterruptedException {
    if (folder != null) {
      record(child, name, work);
    }
  }

  /**
   * Runs work while a process is recorded.
   *
   * @param name of the recording's files
   */
  public <T> T record(Child child, String name, Work<T> work)
      throws IOException, InterruptedException {
    if (folder == null) {
      return work.run();
    }
    Recording recording = Recording.start(child, folder, name);
    T result = work.run();
    recording.stop(out);
    return result;
  }
}
