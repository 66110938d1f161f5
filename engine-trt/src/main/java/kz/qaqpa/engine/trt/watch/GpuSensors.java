package kz.qaqpa.engine.trt.watch;

/** Readings of one GPU; each may throw {@link RuntimeException} where the GPU does not tell. */
interface GpuSensors {

  /** Memory in use, all processes together, in bytes. */
  double memoryUsedBytes();

  /** All memory, in bytes. */
  double memoryTotalBytes();

  /** Share of the last second or less in which a kernel ran, 0 to 1. */
  double utilisation();

  /** Power drawn, in watts. */
  double powerWatts();

  /** Clock of the processors, in hertz. */
  double processorHertz();

  /** Clock of the memory, in hertz. */
  double memoryHertz();

  /** Temperature of the chip, in degrees Celsius. */
  double temperatureCelsius();
}
