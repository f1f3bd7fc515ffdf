// SPDX-License-Identifier: Apache-2.0
//
// The I/O actor's mailbox with its doorbell (server/hall/doorbell.h,
// server/hall/io_actor.cc), and io::Wake beside it, over one eventfd (io/wake.cc, io/loop.cc):
// README.md has the pseudo-code. Posters post completions home, notifiers notify a wake that may
// not be on the loop yet, and the loop turns: it also wakes for reasons of its own (sockets,
// timers). Numbers in comments: steps of its turn.
//
// BREAK_x takes one line out; -DONLY=name checks one invariant alone.

#ifndef POSTERS
#define POSTERS 2
#endif
#ifndef POSTS
#define POSTS 2                 // from each
#endif
#ifndef NOTIFIERS
#define NOTIFIERS 2
#endif
#ifndef NOTIFIES
#define NOTIFIES 1              // from each
#endif
#ifndef OTHER_EVENTS
#define OTHER_EVENTS 2          // readiness and timers that end a wait
#endif
#define SETTLE_BUDGET 2         // completions in one turn

#define nothing_undelivered 1   // at rest: the loop sleeps and its mailbox is empty
#define no_write_when_awake 2   // a ring that finds the loop awake writes nothing
#define one_write_per_sleep 3
#define no_lost_notify 4        // at rest: what was published before each Notify() was found
#define one_write_per_callback 5
#ifdef ONLY
#define Check(name, condition) assert(ONLY != name || (condition))
#else
#define Check(name, condition) assert(condition)
#endif

mtype = { awake, asleep, rung };
mtype state = awake;            // Doorbell
byte mailbox = 0;

bool edge = false;              // the eventfd, edge triggered: written since the last wait

bool pending = false;           // io::Wake
bool on_loop = false;           // it has a poller
byte published = 0;             // what its callback finds

bool sleeping = false;          // between Sleep() and Awake(), whatever the word says
byte writes = 0;                // since Sleep()
byte wake_writes = 0;           // since pending was cleared
byte other = 0;

inline Ring() {
  d_step {
    must_wake = (state == asleep);
#ifndef BREAK_RUNG
    state = rung;                              // exchange
#endif
    if
    :: must_wake ->
      writes++;
      Check(no_write_when_awake, sleeping);
      Check(one_write_per_sleep, writes == 1)
    :: else
    fi
  };
  if
  :: must_wake -> edge = true; must_wake = false
  :: else
  fi
}

proctype Poster() {
  byte n = 0;
  bool must_wake;
  do
  :: n < POSTS ->
#ifdef BREAK_ENQUEUE_FIRST
    Ring();
    mailbox++;
#else
    mailbox++;
    Ring();
#endif
    n++
  :: else -> break
  od
}

proctype Notifier() {
  byte n = 0;
  bool first;
  do
  :: n < NOTIFIES ->
    published++;
    d_step {
#ifdef BREAK_PENDING
      first = true;
#else
      first = !pending;
#endif
      pending = true;                                    // exchange
      if
      :: first -> wake_writes++; Check(one_write_per_callback, wake_writes == 1)
      :: else
      fi
    };
    if
    :: atomic { first && on_loop -> edge = true; first = false }   // with the wake's mutex
    :: else -> first = false
    fi;
    n++
  :: else -> break
  od
}

inline Wait() {                                          // 1
  if
  :: d_step { edge -> edge = false; woken = true }
  :: !edge && only_look
  :: atomic { other < OTHER_EVENTS -> other++ }
  fi;
  only_look = false
}

inline RunWakes() {                                      // 3
  if
  :: woken ->
    woken = false;
#ifdef BREAK_CLEAR_FIRST
    called = pending;
#else
    d_step { called = pending; pending = false; wake_writes = 0 };   // exchange
#endif
    if
    :: called ->
      do
      :: published > 0 -> published--
      :: else -> break
      od;
      called = false;
#ifdef BREAK_CLEAR_FIRST
      pending = false;
      wake_writes = 0
#endif
    :: else
    fi
  :: else
  fi
}

inline Settle() {                                        // 5
  do
  :: taken == SETTLE_BUDGET -> only_look = true; break
  :: taken < SETTLE_BUDGET ->
    if
    :: d_step { mailbox > 0 -> mailbox--; taken++ }
    :: mailbox == 0 -> break
    fi
  od;
  taken = 0
}

inline Announce() {                                      // 9
#ifdef BREAK_ANNOUNCE_FIRST
  only_look = (mailbox > 0);
#endif
#ifdef BREAK_ANNOUNCE
  sleeping = true;
#else
  d_step { state = asleep; sleeping = true; writes = 0 };  // exchange
#endif
#if !defined(BREAK_ANNOUNCE_FIRST) && !defined(BREAK_LOOK_ONCE_MORE)
  only_look = (mailbox > 0)
#endif
}

active proctype Loop() {
  bool woken, called, only_look;
  byte taken;
  on_loop = true;                                        // AddWake
#ifndef BREAK_NOTIFY_FIRST
  if
  :: pending -> edge = true
  :: else
  fi;
#endif
  do
  :: true ->
    if
    :: !only_look -> Announce()
    :: else
    fi;
end:
    Wait();
    d_step {                                             // 2
      sleeping = false;
#ifndef BREAK_AWAKE
      state = awake                                      // exchange
#endif
    };
    RunWakes();
    Settle()
  od
}

active proctype Rest() {                                 // runs when nobody else can
  timeout;
  Check(nothing_undelivered, mailbox == 0);
  Check(no_lost_notify, published == 0);
  assert(sleeping)
}

init {
  atomic {
    byte p;
    for (p : 1 .. POSTERS) { run Poster() }
    for (p : 1 .. NOTIFIERS) { run Notifier() }
  }
}
