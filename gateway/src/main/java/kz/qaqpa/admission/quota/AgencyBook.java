package kz.qaqpa.admission.quota;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of one agency and of its applications. Any thread.
 *
 * <pre>
 * One step    A request is counted in two accounts of six counters each. One lock of the agency
 *             covers both, so a reservation is made in all of them or in none, and nobody sees it
 *             half made. Agencies do not wait for each other.
 * Never more  settled + reserved <= limit in every window at every moment: a reservation is made
 *             only where it fits, and turns into at most as much that is settled.
 * Then not    What is given back after its window was over is nobody's.
 * Memory      Twelve numbers for each application of the file, whatever the traffic.
 * </pre>
 */
final class AgencyBook {
  private static final int USUAL_STREAMS = Limits.USUAL_STREAMS;

  private final WindowCalendar calendar;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Account agency;
  private final Map<String, Account> applications = new HashMap<>();
  private final Map<String, Long> refused = new HashMap<>();
  private Used settled = Used.NOTHING;
  private Used reserved = Used.NOTHING;
  private long shrunk;

  AgencyBook(String id, WindowCalendar calendar, LongSupplier nanoTime) {
    this.calendar = calendar;
    this.nanoTime = nanoTime;
    this.agency = new Account("agency " + id, nanoTime);
  }

  Entry enter(Subject subject) {
    lock.lock();
    try {
      Account application = application(subject.application());
      agency.limit(subject.agencyLimits());
      application.limit(subject.limits());
      Shortage shortage = streamShortage(application, USUAL_STREAMS, 1);
      if (shortage == null) {
        shortage = streamShortage(agency, Integer.MAX_VALUE, 1);
      }
      RequestRates requests = RequestRates.of(application, agency);
      if (shortage == null) {
        shortage = requests.take(application, agency);
      }
      if (shortage != null) {
        return counted(shortage);
      }
      agency.streams(1);
      application.streams(1);
      return new LocalPass(this, application, subject.minGrant(), requests);
    } finally {
      lock.unlock();
    }
  }

  private Account application(String id) {
    return applications.computeIfAbsent(id, _ -> new Account("application " + id, nanoTime));
  }

  private static @Nullable Shortage streamShortage(Account account, int fallback, int more) {
    int most = account.mostStreams(fallback);
    int streams = account.streams() + more;
    return streams <= most ? null : Shortages.ofStreams(account.name(), streams, most);
  }

  /**
   * As {@link #reserve}, under other limits than those it entered with; streams are looked at too.
   */
  Outcome reserveUnder(Subject subject, LocalPass pass, Demand demand) {
    lock.lock();
    try {
      agency.limit(subject.agencyLimits());
      pass.application.limit(subject.limits());
      Shortage shortage = streamShortage(pass.application, USUAL_STREAMS, 0);
      if (shortage == null) {
        shortage = streamShortage(agency, Integer.MAX_VALUE, 0);
      }
      return shortage == null ? reserve(pass, demand) : refused(pass, shortage);
    } finally {
      lock.unlock();
    }
  }

  /** Counts what was granted elsewhere, also where there was no room for it here. */
  void hold(LocalPass pass, Demand demand, Grant grant, long characters) {
    lock.lock();
    try {
      pass.requireNew();
      WindowCalendar.Moment moment = calendar.now();
      agency.roll(moment);
      pass.application.roll(moment);
      long tokens = demand.promptTokens() + demand.output(grant.outputTokens());
      agency.hold(tokens, characters);
      pass.application.hold(tokens, characters);
      pass.charactersLimited = grant.characters() < Long.MAX_VALUE;
      note(pass, moment, tokens, characters);
      shrunk += grant.outputTokens() < demand.longest() ? 1 : 0;
    } finally {
      lock.unlock();
    }
  }

  /** Counts a refusal that was decided elsewhere. */
  void refuse(LocalPass pass, Shortage shortage) {
    lock.lock();
    try {
      refused(pass, shortage);
    } finally {
      lock.unlock();
    }
  }

  /** What was refused before any window was looked at has taken no request, here as elsewhere. */
  private Shortage refused(LocalPass pass, Shortage shortage) {
    if (!Shortages.isOfWindow(shortage)) {
      pass.requests.giveBack();
    }
    return counted(shortage);
  }

  Outcome reserve(LocalPass pass, Demand demand) {
    lock.lock();
    try {
      pass.requireNew();
      WindowCalendar.Moment moment = calendar.now();
      agency.roll(moment);
      pass.application.roll(moment);
      long room = room(pass, demand, false);
      long roomInCharacters = room(pass, demand, true);
      long least = demand.output(pass.minGrant);
      if (room < least || roomInCharacters < least * Demand.CHARACTERS_PER_TOKEN) {
        return counted(shortages(pass, moment).of(demand, least));
      }
      int cap = demand.capWithin(room);
      long output = demand.output(cap);
      boolean limited = roomInCharacters < Long.MAX_VALUE;
      long characters = Math.min(roomInCharacters, output * Demand.CHARACTERS_PER_TOKEN);
      take(pass, moment, demand.promptTokens() + output, demand.promptCharacters() + characters);
      pass.charactersLimited = limited;
      shrunk += cap < demand.longest() ? 1 : 0;
      return new Grant(
          cap,
          limited ? characters : Long.MAX_VALUE,
          calendar.within(moment),
          shortages(pass, moment).rates());
    } finally {
      lock.unlock();
    }
  }

  private Shortages shortages(LocalPass pass, WindowCalendar.Moment moment) {
    Account[] accounts = {agency, pass.application};
    return new Shortages(calendar, moment, accounts, pass.rates().requests());
  }

  /** What all windows together leave for answers; {@link Long#MAX_VALUE} without a limit. */
  private long room(LocalPass pass, Demand demand, boolean characters) {
    long prompt = characters ? demand.promptCharacters() : demand.promptTokens();
    long room = Long.MAX_VALUE;
    for (Counter counter : Counter.ALL) {
      if (counter.characters() == characters) {
        if (agency.isLimited(counter)) {
          room = Math.min(room, agency.left(counter) - prompt);
        }
        if (pass.application.isLimited(counter)) {
          room = Math.min(room, pass.application.left(counter) - prompt);
        }
      }
    }
    return room;
  }

  private void take(LocalPass pass, WindowCalendar.Moment moment, long tokens, long characters) {
    agency.reserve(tokens, characters);
    pass.application.reserve(tokens, characters);
    note(pass, moment, tokens, characters);
  }

  private void note(LocalPass pass, WindowCalendar.Moment moment, long tokens, long characters) {
    pass.moment = moment;
    pass.tokens = tokens;
    pass.characters = characters;
    reserved = reserved.plus(new Used(tokens, characters));
  }

  Used close(LocalPass pass, Used used) {
    lock.lock();
    try {
      if (pass.closed) {
        return Used.NOTHING;
      }
      pass.closed = true;
      agency.streams(-1);
      pass.application.streams(-1);
      WindowCalendar.Moment moment = pass.moment;
      if (moment == null) {
        return Used.NOTHING;
      }
      long characters = used.characters();
      Used charge =
          new Used(
              Math.min(used.tokens(), pass.tokens),
              pass.charactersLimited ? Math.min(characters, pass.characters) : characters);
      agency.settle(moment, pass.tokens, pass.characters, charge);
      pass.application.settle(moment, pass.tokens, pass.characters, charge);
      settled = settled.plus(charge);
      reserved = reserved.plus(new Used(-pass.tokens, -pass.characters));
      return charge;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts what was used before this process began, in the windows of today and this month.
   *
   * @param applicationId whose; the agency's is counted with it
   */
  void restore(String applicationId, Used today, Used thisMonth) {
    lock.lock();
    try {
      WindowCalendar.Moment moment = calendar.now();
      for (Account account : List.of(agency, application(applicationId))) {
        account.roll(moment);
        account.restore(today, thisMonth);
      }
    } finally {
      lock.unlock();
    }
  }

  private Shortage counted(Shortage shortage) {
    refused.merge(shortage.setting(), 1L, Long::sum);
    return shortage;
  }

  /** Adds what this agency has used since the start. */
  QuotaTotals plus(QuotaTotals sum) {
    lock.lock();
    try {
      return sum.plus(new QuotaTotals(settled, reserved, shrunk, Map.copyOf(refused)));
    } finally {
      lock.unlock();
    }
  }

  /** How the open windows of the agency, or of one of its applications, stand. */
  List<QuotaStore.Reading> readings(@Nullable String applicationId) {
    lock.lock();
    try {
      Account account = applicationId == null ? agency : application(applicationId);
      account.roll(calendar.now());
      List<QuotaStore.Reading> readings = new ArrayList<>();
      for (Counter counter : Counter.ALL) {
        readings.add(
            new QuotaStore.Reading(
                counter,
                account.cap(counter),
                account.settled(counter),
                account.reserved(counter)));
      }
      return readings;
    } finally {
      lock.unlock();
    }
  }
}
