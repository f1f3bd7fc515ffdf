// SPDX-License-Identifier: Apache-2.0
// The hop between a loop and an actor, piece by piece, on one thread: what each costs when nobody
// else is at it. bench/README.md has the same between threads, within a whole server.

#include <benchmark/benchmark.h>

#include "mailroom/actors/claim.h"
#include "mailroom/actors/mailbox.h"
#include "mailroom/actors/parking.h"
#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/base/check.h"
#include "mailroom/base/testing/recording_home.h"

namespace mailroom::actors {
namespace {

// Mail into an actor: counted, posted, taken.
void MailHop(benchmark::State& state) {
  mailroom::testing::RecordingHome home;
  Mailbox<EnvelopePtr> mailbox(1024);
  auto sender = mailbox.MakeSender();
  EnvelopePtr mail = testing::MakeMail(home, 1);
  for (auto _ : state) {
    MAILROOM_CHECK(mailbox.TryPost(sender, &mail));
    MAILROOM_CHECK(mailbox.TryTake(&mail));
  }
  mail->home = nullptr;
}
BENCHMARK(MailHop);

// A completion into a home: never refused, not counted.
void CompletionHop(benchmark::State& state) {
  Mailbox<Completion> mailbox(Mailbox<Completion>::kUnbounded);
  Completion completion;
  completion.slot = SlotId(SlotKind::kCall, 0, 1, 1);
  for (auto _ : state) {
    mailbox.Post(std::move(completion));
    MAILROOM_CHECK(mailbox.TryTake(&completion));
  }
}
BENCHMARK(CompletionHop);

// A post to an idle actor, and its run: three read-modify-writes.
void ClaimWord(benchmark::State& state) {
  Claim claim;
  for (auto _ : state) {
    MAILROOM_CHECK(claim.Posted(Claim::kHasMail));
    benchmark::DoNotOptimize(claim.Begin());
    MAILROOM_CHECK(!claim.End(0));
  }
}
BENCHMARK(ClaimWord);

// A post to an actor that has mail already.
void ClaimWordPostedBefore(benchmark::State& state) {
  Claim claim;
  MAILROOM_CHECK(claim.Posted(Claim::kHasMail));
  for (auto _ : state) MAILROOM_CHECK(!claim.Posted(Claim::kHasMail));
}
BENCHMARK(ClaimWordPostedBefore);

// What a post pays for workers that are awake.
void NotifyAwakeWorkers(benchmark::State& state) {
  Parking parking;
  for (auto _ : state) parking.Notify();
}
BENCHMARK(NotifyAwakeWorkers);

}  // namespace
}  // namespace mailroom::actors
