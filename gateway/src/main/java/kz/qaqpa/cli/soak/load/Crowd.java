package kz.qaqpa.cli.soak.load;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Users at work, each on a virtual thread, until they are sent home. */
public final class Crowd {
  private final Outcomes outcomes;
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  /** Sets them to work; each draws from a random generator of its own. */
  public Crowd(List<User> users, Outcomes outcomes, SplittableRandom random) {
    this.outcomes = outcomes;
    for (User user : users) {
      SplittableRandom own = random.split();
      threads.add(Thread.ofVirtual().name(user.name()).start(() -> work(user, own)));
    }
  }

  private void work(User user, SplittableRandom random) {
    try (user) {
      while (!over.await(random.nextInt(2 * user.pauseMillis()), TimeUnit.MILLISECONDS)) {
        try {
          user.turn(random);
        } catch (InterruptedException e) {
          throw e;
        } catch (Exception e) { // Whatever it is, the others go on, and it is told at the end.
          outcomes.surprise(user.name() + ": " + e.getClass().getSimpleName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets them finish what they are at, and waits for that. */
  public void goHome() throws InterruptedException {
    over.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
