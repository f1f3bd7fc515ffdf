// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/cell.h"

#include <chrono>
#include <exception>
#include <utility>

#include "mailroom/actors/activity.h"
#include "mailroom/base/check_context.h"
#include "mailroom/base/log.h"

namespace mailroom::actors {
Cell::Cell(std::string name, size_t mailbox_capacity, std::unique_ptr<Actor> actor, Runner& runner)
    : name_(std::move(name)),
      runner_(runner),
      mail_(mailbox_capacity),
      completions_(Mailbox<Completion>::kUnbounded),
      actor_(std::move(actor)) {
  role_.AssertHeld();
  actor_->Start(ActorPlace{this, &runner_});
}

Cell::~Cell() { Stop(); }

void Cell::Post(Completion completion) noexcept {
  completions_.Post(std::move(completion));
  if (!claim_.Posted(Claim::kHasCompletions)) return;
  runner_.Schedule(*this);
  runner_.Publish();
}

bool Cell::Run() {
  const uint32_t noted = claim_.Begin();
  uint32_t rest = 0;
  {
    RoleScope role(role_);
    if (actor_ == nullptr) {
      DropWhatWaits();
    } else {
      rest = RunActor(noted);
    }
  }
  if (Activity* const activity = Activity::Current()) activity->Leave();
  return claim_.End(rest);
}

uint32_t Cell::RunActor(uint32_t noted) {
  const CheckContext context(name_);
  Pace pace(runner_.clock(), &past_);
  uint32_t rest = 0;
  if ((noted & Claim::kHasCompletions) != 0) rest |= RunCompletions(pace);
  if ((noted & Claim::kHasMail) != 0) rest |= RunMail(pace);
  if (!actor_->TakesMail()) rest |= Claim::kBlocked;
  return rest;
}

uint32_t Cell::RunCompletions(Pace& pace) {
  Completion completion;
  Activity* const activity = Activity::Current();
  for (int n = 0; n < kCompletionsPerRun; ++n) {
    if (runner_.stopping()) return Claim::kHasCompletions;
    if (!completions_.TryTake(&completion)) return 0;
    counters_.completions.Add();
    if (activity != nullptr) activity->Enter(*this, Activity::kNoMethod, pace.stepped());
    Guarded([&] {
      role_.AssertHeld();  // the analysis does not enter lambdas
      actor_->Settle(std::move(completion));
    });
    pace.StepDone();
  }
  return Claim::kHasCompletions;
}

uint32_t Cell::RunMail(Pace& pace) {
  EnvelopePtr mail;
  TimePoint now = runner_.clock().Now();
  Activity* const activity = Activity::Current();
  for (int n = 0; n < kMailsPerRun; ++n) {
    // Looked at before each mail: handling one may block the actor.
    if (!actor_->TakesMail() || runner_.stopping()) return Claim::kHasMail;
    if (!mail_.TryTake(&mail)) return 0;
    // One look at the clock serves the run, unless a deadline is at stake.
    if (mail->deadline != kForever) now = runner_.clock().Now();
    mail->taken_at = now;
    if (Expired(now, mail->deadline)) {
      counters_.expired.Add();
      AnswerError(std::move(mail), Status::Static(Code::kDeadlineExceeded,
                                                  "the deadline passed before the call began"));
      continue;
    }
    counters_.handled.Add();
    counters_.wait.Observe(now - mail->posted_at);
    if (activity != nullptr) activity->Enter(*this, mail->method, pace.stepped());
    Guarded([&] {
      role_.AssertHeld();
      actor_->Receive(std::move(mail));
    });
    pace.StepDone();
  }
  return Claim::kHasMail;
}

template <class Step>
void Cell::Guarded(Step step) {
  try {
    step();
    return;
  } catch (const std::exception& error) {
    CountFailure(error.what());
    actor_->Failed(error.what());
  } catch (...) {
    CountFailure("it is no std::exception");
    actor_->Failed("unknown exception");
  }
}

void Cell::CountFailure(std::string_view what) {
  counters_.failures.Add();
  const std::string_view method = CheckContext::Current();
  MAILROOM_LOG_LIMITED(kError, std::chrono::seconds(1), failure_lines_)
      << "actor " << name_ << (method == name_ ? "" : " in ") << (method == name_ ? "" : method)
      << ": exception: " << what;
}

void Cell::Stop() {
  role_.AssertHeld();
  if (actor_ != nullptr) {
    const CheckContext context(name_);
    actor_->Stop();
    actor_.reset();
  }
  DropWhatWaits();
}

void Cell::DropWhatWaits() {
  EnvelopePtr mail;
  while (mail_.TryTake(&mail)) mail.reset();
  Completion completion;
  while (completions_.TryTake(&completion)) completion.parcel.reset();
}

bool ActorRef::TryPost(EnvelopePtr* mail) {
  if (!cell_->mail_.TryPost(sender_, mail)) {
    // relaxed: a counter with several writers.
    cell_->counters_.refused.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (cell_->claim_.Posted(Claim::kHasMail)) cell_->runner_.Schedule(*cell_);
  return true;
}

}  // namespace mailroom::actors
