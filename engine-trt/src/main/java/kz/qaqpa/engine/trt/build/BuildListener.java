package kz.qaqpa.engine.trt.build;

/** Hears how far a build is. Called by any thread of TensorRT's, sometimes by several at once. */
public interface BuildListener {

  /**
   * A phase begins.
   *
   * @param phase unique among those that are open
   * @param parent the phase that it is a part of; empty for none
   * @param steps steps that it has
   */
  void started(String phase, String parent, int steps);

  /**
   * A step of a phase is done.
   *
   * @param step from 0 on
   * @return whether to go on building
   */
  boolean stepped(String phase, int step);

  /** A phase is over. */
  void finished(String phase);
}
