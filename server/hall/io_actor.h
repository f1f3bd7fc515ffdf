// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "mailroom/actors/activity.h"
#include "mailroom/actors/inline_runner.h"
#include "mailroom/actors/mailbox.h"
#include "mailroom/actors/runner.h"
#include "mailroom/base/home.h"
#include "mailroom/io/handler.h"
#include "mailroom/io/loop.h"
#include "mailroom/server/hall/accept_gate.h"
#include "mailroom/server/hall/doorbell.h"
#include "mailroom/server/hall/drain.h"
#include "mailroom/server/hall/hall.h"
#include "mailroom/server/hall/session.h"
#include "mailroom/server/ops/metrics.h"

// IoActor: the actor that owns a loop, its connections and the calls they have
// out. Here the engines meet: the loop calls up (io::Handler), workers post home
// (Home), and each reply is attached after its generation check.
//
// Everything runs on the loop's thread except Post(), RequestStop() and the
// reading of counters. Owned by the Server.
//
// Invariants:
//   1 A reply reaches a session only through calls.Find(): stale ones are counted
//     and their envelopes kept for later calls.
//   2 A post while the loop sleeps wakes it, once; a post to an awake loop costs
//     no system call (server/hall/doorbell.h).
//   3 Every envelope that left comes home before Finish() returns, or is dropped
//     with its mailbox: homes outlive them.
//   4 A session to which replies were attached advances before anything else happens
//     to it: `settled_` is null but within TakeHome().
namespace mailroom::server {

class IoActor final : public Home, public io::Handler {
 public:
  // `clock` outlives the actor. `poller` is the platform's, or a test's.
  IoActor(const ServerOptions& options, uint8_t number, std::unique_ptr<io::Poller> poller,
          const Clock& clock);
  ~IoActor() override;

  // Before the loop runs, in this order: kernel objects; a runner (null: actors
  // run on this loop, see inline_runner()); services.
  Status Init() { return loop_.Init(); }
  void SetRunner(actors::Runner* runner) { runner_ = runner; }
  actors::InlineRunner& inline_runner() { return inline_runner_; }
  // The actors of one service, `on_this_loop` when those run by inline_runner().
  void AddService(const rpc::ServiceSpec& spec, const std::vector<actors::Cell*>& cells,
                  bool on_this_loop = false) {
    hall_.router.Add(spec, cells, on_this_loop);
  }
  // Counts connections with the other loops', and stops accepting when there are as
  // many as may be. Without it nobody counts.
  void CountAt(AcceptGate& gate) { accept_ = &gate.Add(*this); }
  // For tests, before the loop runs: the engines of its connections, with independent
  // streams. HTTP/1.1's without it.
  void MakeEnginesBy(std::function<std::unique_ptr<http::Engine>()> make) {
    engines_ = std::move(make);
  }
  io::Loop& loop() { return loop_; }
  Hall& hall() { return hall_; }
  const Hall& hall() const { return hall_; }

  // Any thread. See Home.
  void Post(Completion completion) noexcept override;
  void Wake() noexcept override { Ring(); }
  // Any thread. Begins to drain; the loop stops when that is done.
  void RequestStop();
  // Before the loop runs. Called on its thread when it begins to drain, for whatever
  // reason.
  void OnDrain(std::function<void()> drains) { drains_ = std::move(drains); }
  // Before the loop runs. Called on its thread with each SIGHUP that is watched for.
  void OnHangup(std::function<void()> hangs_up) { hangs_up_ = std::move(hangs_up); }
  // Before the loop runs. This loop stops after those that `count` counts, which may
  // need its actors; whoever lowers it calls Wake().
  void StopAfter(const std::atomic<size_t>& count) { others_ = &count; }
  // Before the loop runs. Called on its thread about every `period`.
  void BeatEvery(Duration period, std::function<void()> beat) {
    beat_period_ = period;
    beat_ = std::move(beat);
    next_beat_ = loop_.now();
  }
  // Any thread. What the loop is at.
  const actors::Activity& activity() const { return activity_; }
  // Any thread. No end was asked for; once it was, each answer of this loop, of
  // pipelined ones the last, says `Connection: close`.
  bool ready() const { return !hall_.closing.load(); }
  // Any thread. System calls that woke the loop.
  uint64_t wakes() const { return wakes_.load(std::memory_order_relaxed); }
  // Any thread. What this loop counts, for RenderMetrics(); valid while the actor lives.
  LoopSources sources() const;
  // Loop thread, or after the loop. True when draining ended by its timeout.
  bool drain_forced() const { return drain_.forced(); }
  // Likewise. Draining has ended.
  bool drained() const { return drain_.phase() == Drain::Phase::kDone; }

  // After the loop has stopped and the runner has been joined. First: nobody is
  // answered any more, slots are released. Last, when the cells have dropped
  // what they had: takes home what was posted.
  void AbandonSessions();
  void Finish();

 private:
  // io::Handler.
  bool OnAccept(io::Connection& connection) override;
  void OnRead(io::Connection& connection) override;
  void OnPeerEnd(io::Connection& connection) override;
  void OnDrained(io::Connection& connection) override;
  void OnClose(io::Connection& connection, const Status& why) override;
  void OnReset(io::Connection& connection) override;
  void OnTimer(SlotId token) override;
  void OnTurn(TimePoint now) override;
  TimePoint NextDeadline() override;
  bool Settle() override;
  void Publish() override;
  bool PrepareSleep() override;
  void EndSleep() override;
  void OnTick() override;
  void OnSignal(int signal_number) override;

  bool TakeHome();
  void SettleReply(Completion completion);
  void AnswerSettled();
  void EvictDue(TimePoint now);
  void StepDrain(TimePoint now);
  // The phases of server/hall/drain.h, each begun once: delaying, draining.
  void BeginDrain(TimePoint now);
  void BeginDraining();
  // Connections, and envelopes at actors: a call that nobody waits for any more may
  // be in the middle of its side effects.
  size_t StillHere() const {
    const size_t others = others_ == nullptr ? 0 : others_->load();
    return loop_.connection_count() + hall_.counters.envelopes_out() + others;
  }
  void CopyLoopCounters();
  void PauseAccepting(bool paused);
  Session* Find(ConnectionId id);
  void Ring() noexcept;

  Hall hall_;
  Doorbell doorbell_;
  std::atomic<uint64_t> wakes_{0};
  Counter posts_;         // completions settled
  ConnectionId settled_;  // has replies attached that are not answered yet
  std::function<std::unique_ptr<http::Engine>()> engines_;
  std::function<void()> drains_;
  std::function<void()> hangs_up_;
  const std::atomic<size_t>* others_ = nullptr;
  AcceptGate::PerLoop* accept_ = nullptr;
  Duration beat_period_{};
  std::function<void()> beat_;
  TimePoint next_beat_ = kForever;
  actors::Activity activity_;
  actors::Mailbox<Completion> mailbox_;
  actors::InlineRunner inline_runner_;
  actors::Runner* runner_ = nullptr;
  Drain drain_;
  int signals_ = 0;  // that ask for an end
  // By the index of the connection's slot.
  std::vector<std::unique_ptr<Session>> sessions_;
  io::Loop loop_;  // last: its destructor closes connections through the hooks
};

}  // namespace mailroom::server
