// SPDX-License-Identifier: Apache-2.0
//
// The eventcount that parks workers, and how the worker pool uses it (actors/parking,
// actors/worker_pool): README.md has the pseudo-code. Producers queue cells one by one and in a
// batch; workers take them, run them, queue more, arm timers, or stay in a handler for ever: so
// work that waits behind a busy worker while another one sleeps is found too.
//
// The mutex is not here: each of its sections is one step. Only the word's read-modify-writes and
// the queue happen outside it.
//
// A look of moodycamel's that loses the race for the last item has already moved a counter; until it
// has put that right, another's look can say empty although there are items. Here any look may.
//
// BREAK_x takes one line out; -DONLY=name checks one invariant alone.

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef SINGLES
#define SINGLES 2               // producer 0: queues a cell and publishes, that often
#endif
#ifndef BATCH
#define BATCH 2                 // producer 1: queues so many, publishes once
#endif
#ifndef MORE
#define MORE 1                  // runs that leave more than they took
#endif
#ifndef TIMERS
#define TIMERS 1                // runs that arm a timer, for 1 or 2 o'clock
#endif

#define no_lost_wake 1          // at rest: no cell is queued, or no worker sleeps
#define no_lost_timer 2         // at rest: no timer is armed, or no worker sleeps
#define parked_bit_exact 3      // the bit shows exactly if somebody is parked
#ifdef ONLY
#define Check(name, condition) assert(ONLY != name || (condition))
#else
#define Check(name, condition) assert(condition)
#endif

#define FOREVER 3

// The word: both halves always change in one step. Of the epoch only this matters, and it keeps the
// search small: is it still the one of the worker's ticket?
bool fresh[WORKERS];
bool parked_bit = false;

byte items = 0;                 // in the run queue
short queued = 0;               // what the pool counts: +1 after a push, -1 after a pop

bool parked[WORKERS];           // has a spot in the list
bool notified[WORKERS];
byte deadline[WORKERS];

byte now = 0;                   // o'clock; it moves by itself, up to 2
bool armed[3];                  // timers for 1 and 2 o'clock
byte more = 0, timers = 0;
byte sleeping = 0;

#define NextDeadline (armed[1] -> 1 : (armed[2] -> 2 : FOREVER))
#if WORKERS == 3
#define StepEpoch fresh[0] = false; fresh[1] = false; fresh[2] = false
#define AnyoneParked (parked[0] || parked[1] || parked[2])
#define Plain(w) (parked[w] && deadline[w] == FOREVER)
#define PlainParked (Plain(0) || Plain(1) || Plain(2))
#define Keeps(w, t) (parked[w] && deadline[w] <= (t))
#define Kept(t) (Keeps(0, t) || Keeps(1, t) || Keeps(2, t))
#else
#define StepEpoch fresh[0] = false; fresh[1] = false
#define AnyoneParked (parked[0] || parked[1])
#define Plain(w) (parked[w] && deadline[w] == FOREVER)
#define PlainParked (Plain(0) || Plain(1))
#define Keeps(w, t) (parked[w] && deadline[w] <= (t))
#define Kept(t) (Keeps(0, t) || Keeps(1, t))
#endif

inline Take(w) {                // out of the list
  parked[w] = false;
#ifdef BREAK_CLEAR_WHEN_EMPTY
  parked_bit = false
#else
  parked_bit = AnyoneParked
#endif
}

inline WakeOne() {              // who keeps no time first
  d_step {
    victim = 0;
    do
    :: victim == WORKERS -> break
    :: victim < WORKERS && parked[victim] && (Plain(victim) || !PlainParked) -> break
    :: else -> victim++
    od;
    if
    :: victim < WORKERS -> Take(victim); notified[victim] = true
    :: else
    fi;
    victim = 0;
    Check(parked_bit_exact, parked_bit == AnyoneParked)
  }
}

inline Notify() {
#ifdef BREAK_READ_MODIFY_WRITE
  shows = parked_bit;           // a look first, a write only if somebody is parked
  if
  :: shows -> d_step { StepEpoch }
  :: else
  fi;
#else
  d_step { shows = parked_bit; StepEpoch }
#endif
  if
  :: shows -> shows = false; WakeOne()
  :: else
  fi
}

inline NotifyTimekeeper() {
#ifndef BREAK_TIMEKEEPER_EPOCH
  d_step { StepEpoch };
#endif
  if
  :: AnyoneParked && !Kept(NextDeadline) -> WakeOne()
  :: else
  fi
}

inline Schedule() {
  items++;
  queued++
}

proctype Producer(byte singles; byte batch) {
  byte victim;
  bool shows;
  do
  :: singles > 0 ->
    singles--;
#ifdef BREAK_ENQUEUE_FIRST
    Notify();
    Schedule()
#else
    Schedule();
    Notify()
#endif
  :: else -> break
  od;
  if
  :: batch > 0 ->
    do
    :: batch > 0 -> batch--; Schedule()
    :: else -> break
    od;
    Notify()
  :: else
  fi
}

inline TryPop() {
  if
  :: d_step { items > 0 -> items--; got = true }
  :: true
  fi
}

inline FireDueTimers() {
  if
  :: NextDeadline <= now ->
    due = 0;
    do
    :: d_step { NextDeadline <= now -> armed[NextDeadline] = false; due++ }
      Schedule()
    :: else -> break
    od;
    if
    :: due > 0 -> due = 0; Notify()            // for what fired, and to hand the time over
    :: else
    fi
  :: else
  fi
}

inline Run() {
  if
  :: true
  :: atomic { more < MORE -> more++ }
    if
    :: Schedule()                              // this cell again: the worker goes on looking
    :: Schedule(); Schedule()                  // two others
#ifndef NO_BATCH_NOTIFY
      ; Notify()
#endif
    fi
  :: atomic {
      timers < TIMERS -> timers++;
      if
      :: armed[1] = true; timer_moved = true
      :: timer_moved = (NextDeadline > 2); armed[2] = true
      fi
    }
    if
    :: true
    :: Schedule()
    fi
  :: goto stuck                                // a handler that never ends
  fi
}

inline Park() {
  if
  :: d_step {
      !fresh[me]
#ifdef BREAK_EPOCH
      && false
#endif
    }
  :: d_step {
      else ->
#ifdef DEADLINE_OUTSIDE
      deadline[me] = own;
#else
      deadline[me] = (Kept(NextDeadline) -> FOREVER : NextDeadline);
#endif
#ifdef BREAK_TIMEKEEPER
      deadline[me] = FOREVER;
#endif
      parked[me] = true;
#ifndef BREAK_PARKED_BIT
      parked_bit = true;
#endif
      Check(parked_bit_exact, parked_bit);
      sleeping++
    }
endparked:
    if
    :: d_step { notified[me] -> notified[me] = false }
    :: d_step { !notified[me] && now >= deadline[me] -> Take(me) }
    fi;
    d_step { sleeping--; deadline[me] = 0 }
  fi;
  own = 0
}

proctype Worker(byte me) {
  byte victim, due, own;
  short before;
  bool got, shows, timer_moved;
look:
  FireDueTimers();
#ifdef BREAK_TICKET_BEFORE_LOOK
  TryPop();
  fresh[me] = true;
#else
  fresh[me] = true;
  TryPop();
#endif
  if
  :: got ->
    got = false;
    d_step { before = queued; queued-- };
#ifndef BREAK_CHAIN
    if
#ifdef CHAIN_HINT
    :: before > 1 && parked_bit -> Notify()
#else
    :: before > 1 -> Notify()                  // one publish may stand for several cells
#endif
    :: else
    fi;
#endif
    before = 0;
#ifndef BREAK_TIMER_MOVED
    if
    :: timer_moved -> timer_moved = false; NotifyTimekeeper()
    :: else
    fi;
#endif
    Run()
#ifndef BREAK_SECOND_LOOK
  :: !got && queued > 0                        // look again
#endif
  :: else ->
    timer_moved = false;
#ifdef DEADLINE_OUTSIDE
    own = NextDeadline;
    own = (Kept(own) -> FOREVER : own);
#endif
    Park()
  fi;
  goto look;
stuck:
endstuck:
  false
}

proctype Clock() { now++; now++ }

active proctype Rest() {        // runs when nobody else can
  timeout;
  Check(no_lost_wake, items == 0 || sleeping == 0);
  Check(no_lost_timer, NextDeadline == FOREVER || sleeping == 0)
}

init {
  atomic {
    byte w = 0;
    run Producer(SINGLES, 0);
    run Producer(0, BATCH);
    if
    :: TIMERS > 0 -> run Clock()
    :: else
    fi;
    do
    :: w < WORKERS -> run Worker(w); w++
    :: else -> break
    od
  }
}
