package kz.qaqpa.chaos.engine;

import java.nio.ByteBuffer;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepResult;

/** Another engine, until it is told otherwise. */
final class ObedientEngine implements Engine {
  private final Engine engine;
  private final Orders orders;

  ObedientEngine(Engine engine, Orders orders) {
    this.engine = engine;
    this.orders = orders;
  }

  @Override
  public StepResult execute(StepPlan plan) {
    Order order = orders.take();
    if (order != null) {
      obey(order);
    }
    return engine.execute(plan);
  }

  private static void obey(Order order) {
    switch (order) {
      case FAIL_ONCE -> throw new EngineFault.Transient("as ordered", null);
      case FAIL_FOR_GOOD -> throw new EngineFault.Fatal("as ordered", null);
      case BREAK_THE_CALLER -> throw new LinkageError("as ordered");
      case RETURN_LATE -> NativeCalls.sleep(Order.LATE_MILLIS);
      case NEVER_RETURN -> NativeCalls.sleep(-1);
      case CRASH -> NativeCalls.crash();
    }
  }

  @Override
  public EngineShape shape() {
    return engine.shape();
  }

  @Override
  public void copyKv(int fromSlot, int toSlot, int tokens) {
    engine.copyKv(fromSlot, toSlot, tokens);
  }

  @Override
  public long kvBytesPerToken() {
    return engine.kvBytesPerToken();
  }

  @Override
  public void readKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    engine.readKv(slot, fromToken, tokens, block);
  }

  @Override
  public void writeKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    engine.writeKv(slot, fromToken, tokens, block);
  }

  @Override
  public void close() {
    engine.close();
  }
}
