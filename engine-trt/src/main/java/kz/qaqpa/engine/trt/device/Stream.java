package kz.qaqpa.engine.trt.device;

/**
 * Work in an order. Everything is only queued, and runs later; addresses are of device or pinned
 * memory, which must stay until it has run. Streams run beside each other but where an event says
 * otherwise.
 */
public interface Stream extends AutoCloseable {

  /** Copies bytes, from host or device to host or device. */
  void copy(long to, long from, long bytes);

  /**
   * Copies a box: {@code depth} planes of {@code height} rows of {@code width} bytes.
   *
   * @param to where the box's first byte goes
   * @param from where it is
   */
  void copy(Place to, Place from, long width, long height, long depth);

  /**
   * A box's place in a larger one.
   *
   * @param address of the first byte
   * @param rowBytes from a row to the next one
   * @param planeRows rows from a plane to the next one
   */
  record Place(long address, long rowBytes, long planeRows) {}

  /** Marks the end of what is queued so far. */
  void record(Event event);

  /** What is queued from now on waits until the event's last mark is reached. */
  void await(Event event);

  /** Remembers the work that {@code queueing} queues here, instead of running it. */
  Captured capture(Runnable queueing);

  /** Queues remembered work. */
  void launch(Captured captured);

  /** Blocks until everything that is queued has run. */
  void synchronize();

  @Override
  void close();
}
