// SPDX-License-Identifier: Apache-2.0
//
// The claim word of one actor (actors/claim.h, actors/worker_pool.cc): README.md has the
// pseudo-code. Two producers post mail, a canceller posts one completion, the outside world resumes
// suspended handlers (or never does), two workers run the actor.
//
// BREAK_x takes one line out; -DONLY=name checks one invariant alone.
//   -DLIVENESS   the formula at the end instead of the assertions
//   -DYIELDER    one handler yields for ever: its completions must not starve the mail

#ifndef MAILS
#define MAILS 2                 // from each producer
#endif
#ifndef SUSPENSIONS
#define SUSPENSIONS 2           // handlers that suspend, over the whole run
#endif
#define PRODUCERS 2
#define WORKERS 2
#define MAILS_PER_CLAIM 2       // 64 in the code
#define COMPLETIONS_PER_CLAIM 1 // 1,024 in the code

#define one_worker_inside 1
#define queued_once 2           // never on the run queue twice, nor promised to it twice
#define no_lost_mail 3          // at rest: all mail is handled, unless blocked for ever
#define no_lost_completion 4    // at rest: all completions are settled, also while blocked
#define no_mail_while_blocked 5
#define fifo_per_producer 6
#define mail_limit 7
#define completions_first 8
#ifdef ONLY
#define Check(name, condition) assert(ONLY != name || (condition))
#else
#define Check(name, condition) assert(condition)
#endif

#define kRunning 1
#define kBlocked 2
#define kHasMail 4
#define kHasCompletions 8
#define kHasBits (kHasMail | kHasCompletions)

#ifdef BREAK_BLOCKED_RUNS_COMPLETIONS
#define Runnable(w) (((w) & kHasBits) && !((w) & kBlocked))
#else
#define Runnable(w) (((w) & kHasCompletions) || (((w) & kHasMail) && !((w) & kBlocked)))
#endif
#define Queued(w) (!((w) & kRunning) && Runnable(w))

#if defined(BREAK_QUEUED_ONCE)
#define MustQueue(old, has) (Queued((old) | (has)))
#elif defined(BREAK_NOT_WHILE_RUNNING)
#define MustQueue(old, has) (!Runnable(old) && Runnable((old) | (has)))
#else
#define MustQueue(old, has) (!Queued(old) && Queued((old) | (has)))
#endif

byte word = 0;
byte run_queue = 0;             // how often the actor is on it

// moodycamel: FIFO per producer, no order between producers.
chan mailbox[PRODUCERS] = [MAILS] of { byte };
mtype = { resume, cancel, yield };
#define COMPLETIONS_MAX 3
chan completions = [COMPLETIONS_MAX] of { mtype };

// What is true of the actor, whatever the word says.
byte inside = 0;
byte tickets = 0;               // on the run queue, or owed to it by somebody who said he would
bool suspended = false;         // an exclusive handler is
bool resumable = false;         // and the outside world has not answered yet
bool abandoned = false;         // nor ever will
byte suspensions = 0;
byte next_mail[PRODUCERS];
byte mails_handled = 0;
byte completions_posted = 0, completions_settled = 0;
byte posters = PRODUCERS + 1;   // still at work

inline Queue() {                // the promise, given in the same step as the word's change
  tickets++;
  Check(queued_once, tickets <= 1)
}

inline Posted(has) {
  d_step {
    old = word;
    word = word | has;
    must_queue = MustQueue(old, has);
    if
    :: must_queue -> Queue()
    :: else
    fi;
    old = 0
  }
}

inline Push() {
  if
  :: must_queue -> atomic { run_queue++; must_queue = false }
  :: else
  fi
}

proctype Producer(byte me) {
  byte n = 0, old;
  bool must_queue;
  do
  :: n < MAILS ->
#ifdef BREAK_ENQUEUE_FIRST
    Posted(kHasMail);
    mailbox[me]!n;
#else
    mailbox[me]!n;
    Posted(kHasMail);
#endif
    Push();
    n++
  :: else -> break
  od;
  posters--
}

inline PostCompletion(kind) {
  atomic { completions!kind; completions_posted++ }
  Posted(kHasCompletions);
  Push()
}

proctype Canceller() {
  byte old;
  bool must_queue;
#ifdef YIELDER
  PostCompletion(yield);
#else
  PostCompletion(cancel);
#endif
  posters--
}

proctype World() {              // timers, asks, drivers: it answers at any moment, or never
  byte old;
  bool must_queue;
end:
  do
  :: atomic { resumable -> resumable = false }
    if
    :: PostCompletion(resume)
    :: abandoned = true
    fi
  od
}

inline Receive(producer) {
  d_step {
    Check(no_mail_while_blocked, !suspended);
    Check(fifo_per_producer, mail == next_mail[producer]);
    Check(mail_limit, mails < MAILS_PER_CLAIM);
    Check(completions_first, !completions_owed || settled == COMPLETIONS_PER_CLAIM);
    next_mail[producer]++;
    mails_handled++;
    mail = 0
  }
  if
  :: atomic {
      suspensions < SUSPENSIONS && !abandoned ->
      suspensions++;
      suspended = true;
      resumable = true;
      blocked = kBlocked
    }
  :: true
  fi
}

inline Settle() {
  if
  :: atomic { kind == resume -> assert(suspended); suspended = false; blocked = 0 }
  :: kind == cancel
  :: kind == yield -> PostCompletion(yield)
  fi;
  d_step { completions_settled++; kind = 0 }
}

inline RunCompletions() {
  if
  :: bits & kHasCompletions ->
    do
#ifndef BREAK_COMPLETION_LIMIT
    :: settled == COMPLETIONS_PER_CLAIM ->
#ifndef BREAK_LEFT_COMPLETIONS
      rest = rest | kHasCompletions;
#endif
      break
    :: settled < COMPLETIONS_PER_CLAIM ->
#else
    :: true ->
#endif
      if
      :: completions?kind -> Settle(); 
        settled = (settled < COMPLETIONS_PER_CLAIM -> settled + 1 : settled)
      :: empty(completions) -> completions_owed = false; break
      fi
    od
  :: else
  fi
}

#if defined(BREAK_BLOCKED_STOPS_BATCH) || defined(BREAK_LOOK_BEFORE_TAKING)
#define Stop (mails == MAILS_PER_CLAIM)
#elif defined(BREAK_MAIL_LIMIT)
#define Stop (blocked)
#else
#define Stop (blocked || mails == MAILS_PER_CLAIM)
#endif

inline RunMails() {
  if
  :: bits & kHasMail ->
    do
    :: Stop ->
#if defined(BREAK_LEFT_MAIL)
      rest = rest | (blocked -> kHasMail : 0);
#elif defined(BREAK_BLOCKED_LEFT_MAIL)
      rest = rest | (blocked -> 0 : kHasMail);
#else
      rest = rest | kHasMail;
#endif
      break
    :: else ->
      // One producer's queue after the other, from any of them: `seen empty` is not one moment.
      if
      :: from = 0
      :: from = 1
      fi;
      if
      :: mailbox[from]?mail
      :: empty(mailbox[from]) ->
        from = 1 - from;
        if
        :: mailbox[from]?mail
        :: empty(mailbox[from]) -> break
        fi
      fi;
#ifdef BREAK_LOOK_BEFORE_TAKING
      if
      :: blocked -> mailbox[from]!mail; rest = rest | kHasMail; break
      :: else
      fi;
#endif
      Receive(from);
      mails = (mails < MAILS_PER_CLAIM -> mails + 1 : mails)
    od
  :: else
  fi
}

inline Begin() {
  d_step {
    Check(queued_once, Queued(word));
    bits = word;
#ifdef BREAK_CLEAR_FIRST
    word = word | kRunning;
#else
    word = kRunning;
#endif
    tickets--;
    inside++;
    Check(one_worker_inside, inside == 1);
    blocked = bits & kBlocked;
    completions_owed = (bits & kHasCompletions) != 0
  }
}

inline End() {
#ifdef BREAK_BLOCKED_BIT
  seen = kRunning;
#else
  rest = rest | blocked;
  seen = kRunning;
#endif
#ifdef BREAK_CLEAR_FIRST
  seen = kRunning | bits;
#endif
  do
#ifdef BREAK_CAS
  :: d_step {
      inside--;
      word = rest;
      must_queue = Queued(word);
#else
  :: d_step {
      word == seen ->
      inside--;
#ifdef BREAK_CLEAR_FIRST
      word = rest;
#else
      word = rest | (seen & ~kRunning);
#endif
#ifdef BREAK_REQUEUE
      must_queue = false;
#else
      must_queue = Queued(word);
#endif
#endif
      if
      :: must_queue -> Queue()
      :: else
      fi
    }
    break
#ifndef BREAK_CAS
  :: d_step { word != seen -> seen = word }
#endif
  od
}

proctype Worker() {
  byte bits, blocked, rest, seen, settled, mails, mail, from, old;
  bool must_queue, completions_owed;
  mtype kind;
end:
  do
  :: atomic { run_queue > 0 -> run_queue-- }
    Begin();
#ifdef BREAK_COMPLETIONS_FIRST
    RunMails();
    RunCompletions();
#else
    RunCompletions();
    RunMails();
#endif
    End();
    Push();
    d_step {
      bits = 0; blocked = 0; rest = 0; seen = 0; settled = 0; mails = 0; from = 0;
      completions_owed = false
    }
  od
}

#define AllCompletions (completions_settled == completions_posted)
#define AllMails (mails_handled == PRODUCERS * MAILS)

#ifndef LIVENESS
active proctype Rest() {        // runs when nobody else can: whatever is undone now is lost
  timeout;
  Check(no_lost_completion, AllCompletions);
  Check(no_lost_mail, AllMails || (suspended && abandoned))
}
#endif

init {
  atomic {
    run Producer(0);
    run Producer(1);
    run Canceller();
    run World();
    run Worker();
    run Worker()
  }
}

#ifdef LIVENESS
#ifdef YIELDER
ltl all_mail_is_handled { <> (AllMails || abandoned) }
#else
ltl all_is_handled { <> (posters == 0 && AllCompletions && (AllMails || (suspended && abandoned))) }
#endif
#endif
