// SPDX-License-Identifier: Apache-2.0
//
// The eventcount that parks workers, and how the worker pool uses it (actors/parking,
// actors/worker_pool): README.md has the pseudo-code. Producers queue cells one by one and in a
// batch; workers take them, run them, queue more, arm timers, or stay in a handler for ever: so
// work that waits behind a busy worker while another one sleeps is found too.
//
// The mutex is not here: each of its sections is one step. Only the word's read-modify-writes, the
// queue, its count and the next deadline are touched outside it.
//
// A pop of moodycamel's that loses the race for the last item has already moved a counter; until it
// has put that right, another's pop can find nothing although there are items. Here any pop may.
//
// BREAK_x takes one line out; -DONLY=name checks one invariant alone.
//   -DSTOP   the pool stops

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
#define MORE 1                  // runs that queue cells
#endif
#ifndef TIMERS
#define TIMERS 0                // runs that arm a timer, for 1 or 2 o'clock
#endif

#define no_lost_wake 1          // at rest: no cell is queued, or no worker sleeps
#define no_lost_timer 2         // at rest: no timer is armed, or no worker sleeps
#define parked_bit_exact 3      // the bit shows exactly if somebody is in the list
#define stop_wakes_all 4        // at rest: not stopped, or no worker sleeps
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
byte deadline[WORKERS];         // of the spot

byte now = 0;                   // o'clock; it moves by itself, up to 2
bool armed[3];                  // timers for 1 and 2 o'clock
byte more = 0, timers = 0;
byte sleeping = 0;
bool stopping = false;

#define NextDeadline (armed[1] -> 1 : (armed[2] -> 2 : FOREVER))
#define Plain(w) (parked[w] && deadline[w] == FOREVER)
#define Keeps(w, t) (parked[w] && deadline[w] <= (t))
#if WORKERS == 3
#define StepEpoch fresh[0] = false; fresh[1] = false; fresh[2] = false
#define AnyoneParked (parked[0] || parked[1] || parked[2])
#define PlainParked (Plain(0) || Plain(1) || Plain(2))
#define Kept(t) (Keeps(0, t) || Keeps(1, t) || Keeps(2, t))
#else
#define StepEpoch fresh[0] = false; fresh[1] = false
#define AnyoneParked (parked[0] || parked[1])
#define PlainParked (Plain(0) || Plain(1))
#define Kept(t) (Keeps(0, t) || Keeps(1, t))
#endif

inline Take(w) {                // out of the list
  parked[w] = false;
#ifdef BREAK_CLEAR_WHEN_EMPTY
  parked_bit = false
#else
  parked_bit = AnyoneParked     // fetch_and when the list is empty
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
  d_step { shows = parked_bit; StepEpoch }     // fetch_add
#endif
  if
  :: shows -> shows = false; WakeOne()
  :: else
  fi
}

inline NotifyTimekeeper() {
#ifndef BREAK_TIMEKEEPER_EPOCH
  d_step { StepEpoch };                        // who is about to park must look at the timers again
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

inline FireDueTimers() {
  do
  :: d_step { NextDeadline <= now -> armed[NextDeadline] = false; fired = true }
    Schedule()
  :: else -> break
  od;
  if
#ifndef BREAK_HAND_OVER
  :: fired -> fired = false; Notify()          // for the cells, and somebody else to keep the time
#endif
  :: else -> fired = false
  fi
}

inline Run() {
  if
  :: atomic {
      timers < TIMERS -> timers++;
      if
      :: timer_moved = (NextDeadline > 1); armed[1] = true
      :: timer_moved = (NextDeadline > 2); armed[2] = true
      fi
    }
  :: true
  :: goto stuck                                // a handler that never ends
  fi;
  if
  :: true
  :: atomic { more < MORE -> more++ }
    if                                         // what its handlers posted to others
    :: true
    :: Schedule(); scheduled = true
    :: Schedule(); Schedule(); scheduled = true
    fi;
    if                                         // the cell itself, once more
    :: Schedule(); again = true
    :: true
    fi
  fi;
  if
  :: scheduled -> Notify()
  :: else
  fi;
  if                                           // not back soon: another must know of its timer
#ifndef BREAK_TIMER_MOVED
  :: timer_moved && again -> NotifyTimekeeper()
#endif
  :: else
  fi;
  d_step { again = false; scheduled = false; timer_moved = false }
}

inline OwnDeadline() {          // two looks, and the answer may be old when it is used
#ifdef BREAK_TIMEKEEPER
  own = FOREVER
#else
  own = NextDeadline;
  own = (Kept(own) -> FOREVER : own)
#endif
}

inline Park() {
  if
#ifndef BREAK_EPOCH
  :: !fresh[me]
#endif
  :: d_step {
      else ->
      deadline[me] = own;
      parked[me] = true;
#ifndef BREAK_PARKED_BIT
      parked_bit = true;                       // fetch_or, which also read the epoch
#endif
      Check(parked_bit_exact, parked_bit);
      sleeping++
    }
endparked:
    if
    :: d_step { notified[me] -> notified[me] = false }
    :: d_step {
        !notified[me] && now >= deadline[me] ->
#ifdef BREAK_LEAVES_THE_LIST
        skip
#else
        Take(me)
#endif
      }
    fi;
    d_step { sleeping--; deadline[me] = 0 }
  fi;
  own = 0
}

proctype Worker(byte me) {
  byte victim, own;
  short before;
  bool got, shows, fired, again, scheduled, timer_moved;
look:
  if
  :: stopping -> goto stuck
  :: else
  fi;
  FireDueTimers();
  fresh[me] = true;                            // the ticket
  if                                           // TryPop
  :: d_step { items > 0 -> items--; got = true }
  :: true
  fi;
  if
  :: got ->
    got = false;
    d_step { before = queued; queued-- };
    if                                         // one publish may stand for several cells
#ifndef BREAK_CHAIN
    :: before > 1 && parked_bit -> Notify()
#endif
    :: else
    fi;
    before = 0;
    Run()
#ifndef BREAK_SECOND_LOOK
  :: !got && queued > 0                        // the pop may have been wrong
#endif
  :: else ->
#ifdef BREAK_TICKET_BEFORE_LOOK
    fresh[me] = true;
#endif
    if
    :: stopping -> goto stuck
    :: else
    fi;
    OwnDeadline();
    Park()
  fi;
  goto look;
stuck:                                         // stopped, or in a handler that never ends
endstuck:
  false
}

proctype Clock() { now++; now++ }

proctype Stop() {
  byte victim;
  stopping = true;
#ifndef BREAK_STOP_EPOCH
  d_step { StepEpoch };
#endif
  do
  :: AnyoneParked -> WakeOne()
  :: else -> break
  od
}

active proctype Rest() {        // runs when nobody else can
  timeout;
  Check(no_lost_wake, items == 0 || sleeping == 0);
  Check(no_lost_timer, NextDeadline == FOREVER || sleeping == 0);
  Check(stop_wakes_all, !stopping || sleeping == 0)
}

init {
  atomic {
    byte w = 0;
    run Producer(SINGLES, 0);
    run Producer(0, BATCH);
#if TIMERS > 0
    run Clock();
#endif
#ifdef STOP
    run Stop();
#endif
    do
    :: w < WORKERS -> run Worker(w); w++
    :: else -> break
    od
  }
}
