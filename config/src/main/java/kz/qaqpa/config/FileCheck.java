package kz.qaqpa.config;

/**
 * Checks of a whole file that no record of it can make alone.
 *
 * @param <T> the file's record
 */
@FunctionalInterface
public interface FileCheck<T> {
  /** Notes what is wrong; called only once every record of the file has been made. */
  void check(T file, Problems problems);
}
