package kz.qaqpa.engine.trt.cuda;

import java.nio.file.Path;
import kz.qaqpa.engine.trt.library.Libraries;
import kz.qaqpa.engine.trt.library.LibraryException;
import kz.qaqpa.engine.trt.library.Preload;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.tensorrt.global.nvinfer;
import org.jspecify.annotations.Nullable;

/** NVIDIA's libraries and JavaCPP's bindings to them, loaded once a process. */
public final class NativeRuntime {
  private static final String CACHE_PROPERTY = "org.bytedeco.javacpp.cachedir";

  private static @Nullable String version;

  private NativeRuntime() {}

  /**
   * Loads them, the first time it is called.
   *
   * @param cacheFolder where bindings and empty libraries may be kept
   * @return TensorRT's version, for instance {@code 11.2.1}
   * @throws LibraryException naming the file that cannot be loaded
   */
  public static synchronized String load(Libraries libraries, Path cacheFolder) {
    String loaded = version;
    if (loaded == null) {
      loaded = Preload.load(libraries, cacheFolder.resolve("stubs"));
      if (System.getProperty(CACHE_PROPERTY) == null) {
        System.setProperty(CACHE_PROPERTY, cacheFolder.resolve("javacpp").toString());
      }
      try {
        Loader.load(cudart.class);
        Loader.load(nvinfer.class);
      } catch (UnsatisfiedLinkError e) {
        throw new LibraryException("JavaCPP's bindings of TensorRT: " + e.getMessage(), e);
      }
      version = loaded;
    }
    return loaded;
  }
}
