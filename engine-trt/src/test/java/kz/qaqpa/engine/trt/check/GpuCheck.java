package kz.qaqpa.engine.trt.check;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.engine.trt.TensorRtProvider;
import kz.qaqpa.engine.trt.build.BuildProgress;
import kz.qaqpa.engine.trt.build.BuilderResource;
import kz.qaqpa.engine.trt.cuda.NativeRuntime;
import kz.qaqpa.engine.trt.library.Installation;
import kz.qaqpa.engine.trt.library.NvidiaProbe;

/**
 * Measures on a GPU what nothing else can show, and prints a table; see {@code
 * engine-trt/gpu-check}. Every row is measured, or not run with the reason.
 */
public final class GpuCheck {
  private GpuCheck() {}

  /**
   * Runs.
   *
   * @param args folder of the small model, and a folder for caches; then {@code --small} to leave
   *     the 8B shape out
   */
  public static void main(String[] args) {
    CheckTable table = new CheckTable(System.out);
    boolean small = List.of(args).contains("--small");
    System.exit(run(TensorRtProvider.probe(), Path.of(args[0]), Path.of(args[1]), small, table));
  }

  static int run(NvidiaProbe probe, Path model, Path cacheFolder, boolean small, CheckTable table) {
    Rows.plan(table);
    switch (probe.find()) {
      case NvidiaProbe.Missing(String text) -> table.notRun("this machine has " + text);
      case NvidiaProbe.Usable machine -> {
        table.measured(Rows.LIBRARIES, machine.text());
        try {
          onGpu(machine, model, cacheFolder, small, table);
          table.notRun("--small");
        } catch (RuntimeException | LinkageError e) {
          e.printStackTrace(System.err);
          table.notRun(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
      }
    }
    return table.status();
  }

  private static void onGpu(
      NvidiaProbe.Usable machine, Path model, Path cacheFolder, boolean small, CheckTable table) {
    PrintStream err = System.err;
    String version = NativeRuntime.load(machine.libraries(), cacheFolder);
    table.measured(Rows.VERSION, version);
    List<String> lines = new ArrayList<>();
    BuildProgress progress =
        BuildProgress.lines(line -> {
          lines.add(line);
          err.println(line);
        });
    BuilderResource resource =
        new BuilderResource(
            machine.libraries().builderResources(), Installation.folder(), progress.lines());
    SmallModelCheck smallModel = new SmallModelCheck(table, model, resource, progress);
    try {
      smallModel.run();
    } finally {
      boolean alias = lines.stream().anyMatch(line -> line.contains("tried with an alias"));
      table.measured(
          Rows.ALIAS, alias ? "yes" : "no (" + machine.libraries().builderResources() + ")");
    }
    table.measured(Rows.PTX, "no: kernels of both programs ran");
    if (!small) {
      new LargeModelCheck(table, resource, progress).run();
    }
  }
}
