// SPDX-License-Identifier: Apache-2.0
// Each way in which a call can end: it is counted once as started and once as handled,
// with its code, and leaves nothing behind.
#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/hall/session.h"
#include "mailroom/server/hall/testing/probed_loop.h"

namespace mailroom::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// One call over `peer`, whose far end is closed afterwards.
struct Ending {
  const char* name;
  Code code;
  std::function<void(ProbedLoop&, io::Peer&)> happen;
  ServerOptions options = ServerOptions();
  uint64_t calls = 1;  // that end so; others end well

  friend void PrintTo(const Ending& ending, std::ostream* out) { *out << ending.name; }
};

void Send(ProbedLoop& loop, io::Peer& peer, std::string_view text) {
  peer.Send(text);
  loop.Turn();
}

// What ServerOptions{.x = y} would be if it had no default member initialisers.
template <class Member, class Value>
ServerOptions With(Member member, Value value) {
  ServerOptions options;
  options.*member = value;
  return options;
}

ServerOptions ShortLived() {
  ServerOptions options;
  options.max_connection_age = minutes(1);
  options.max_connection_age_grace = seconds(5);
  return options;
}

std::string HalfACall() {
  const std::string call = ProbedLoop::CallText("Do", "body");
  return call.substr(0, call.size() - 2);
}

std::string Chunked(std::string_view body) {
  return "POST /probe.v1.Probe/Do HTTP/1.1\r\nhost: a\r\ncontent-type: application/proto\r\n"
         "transfer-encoding: chunked\r\n\r\n" +
         std::string(body);
}

void GivenUp(ProbedLoop& loop, io::Peer& peer, std::string_view fields = "") {
  loop.KeepMails();
  Send(loop, peer, ProbedLoop::CallText("Do", "body", fields));
  ASSERT_EQ(loop.kept.size(), 1u);
}

std::vector<Ending> AtTheActor() {
  return {
      {"Answered", Code::kOk,
       [](ProbedLoop& loop, io::Peer& peer) { Send(loop, peer, ProbedLoop::CallText("Do")); }},
      {"AnsweredByAnError", Code::kNotFound,
       [](ProbedLoop& loop, io::Peer& peer) {
         loop.actor->on_mail = [](actors::EnvelopePtr mail) {
           actors::AnswerError(std::move(mail), NotFound("nobody"));
         };
         Send(loop, peer, ProbedLoop::CallText("Do"));
       }},
      {"DroppedByTheActor", Code::kInternal,
       [](ProbedLoop& loop, io::Peer& peer) {
         loop.actor->on_mail = [](actors::EnvelopePtr) {};
         Send(loop, peer, ProbedLoop::CallText("Do"));
       }},
      {"ItsDeadlinePassed", Code::kDeadlineExceeded,
       [](ProbedLoop& loop, io::Peer& peer) {
         GivenUp(loop, peer, "connect-timeout-ms: 5\r\n");
         loop.Advance(milliseconds(5));
       }},
      {"ThePeerWent", Code::kCanceled,
       [](ProbedLoop& loop, io::Peer& peer) {
         GivenUp(loop, peer);
         peer.Close();
         loop.Turn();
       }},
      {"ThePeerSaidNoMoreAndTheAnswerDidNotCome", Code::kCanceled,
       [](ProbedLoop& loop, io::Peer& peer) {
         GivenUp(loop, peer);
         peer.ShutdownWrite();
         loop.Turn();
         loop.Advance(loop.hall().options.half_close_timeout);
       }},
      {"ItsConnectionWasTooOld", Code::kCanceled,
       [](ProbedLoop& loop, io::Peer& peer) {
         GivenUp(loop, peer);
         loop.Advance(minutes(2));
         loop.Advance(seconds(5));
       },
       ShortLived()},
      // Each is answered, the first in vain; the second is still out.
      {"WritingFailed", Code::kCanceled,
       [](ProbedLoop& loop, io::Peer& peer) {
         loop.actor->on_mail = [&loop](actors::EnvelopePtr mail) {
           if (loop.actor->seen.size() == 1) return actors::Answer(std::move(mail));
           loop.kept.push_back(std::move(mail));
         };
         loop.poller->ScriptSend(loop.last_fd, io::IoResult::Failed(Unavailable("EPIPE")));
         Send(loop, peer, ProbedLoop::CallText("Do") + ProbedLoop::CallText("Do"));
       }},
      {"TheLoopEnded", Code::kCanceled,
       [](ProbedLoop& loop, io::Peer& peer) {
         GivenUp(loop, peer);
         loop.io_actor->AbandonSessions();
       }},
  };
}

std::vector<Ending> WhileItComes() {
  return {
      {"HalfSentAndThePeerWent", Code::kCanceled,
       [](ProbedLoop& loop, io::Peer& peer) {
         Send(loop, peer, HalfACall());
         peer.Close();
         loop.Turn();
       }},
      {"HalfSentAndNoMore", Code::kCanceled,
       [](ProbedLoop& loop, io::Peer& peer) {
         Send(loop, peer, HalfACall());
         peer.ShutdownWrite();
         loop.Turn();
       }},
      {"HalfSentForTooLong", Code::kCanceled,
       [](ProbedLoop& loop, io::Peer& peer) {
         Send(loop, peer, HalfACall());
         loop.Advance(loop.hall().options.body_timeout);
       }},
      {"ItWasRefusedAndItsBodyDidNotCome", Code::kInvalidArgument,
       [](ProbedLoop& loop, io::Peer& peer) {
         // The deadline counts, though what is wrong stands in front of it.
         const std::string call = ProbedLoop::CallText(
             "Do", "body", "connect-protocol-version: 2\r\nconnect-timeout-ms: 5\r\n");
         Send(loop, peer, call.substr(0, call.size() - 1));
         loop.Advance(milliseconds(5));
       }},
      {"ItsFramingIsWrong", Code::kInvalidArgument,
       [](ProbedLoop& loop, io::Peer& peer) { Send(loop, peer, Chunked("4\r\nbody\r\nzz\r\n")); }},
  };
}

std::vector<Ending> RefusedByTheHall() {
  return {
      {"ItsMessageIsTooLarge", Code::kResourceExhausted,
       [](ProbedLoop& loop, io::Peer& peer) {
         Send(loop, peer, ProbedLoop::CallText("Do", "0123456789x"));
       },
       With(&ServerOptions::max_message_bytes, size_t{10})},
      {"ItsChunksAreTooMuch", Code::kResourceExhausted,
       [](ProbedLoop& loop, io::Peer& peer) {
         Send(loop, peer, Chunked("6\r\n012345\r\n5\r\n6789x\r\n0\r\n\r\n"));
       },
       With(&ServerOptions::max_message_bytes, size_t{10})},
      {"NoMemoryForItsBody", Code::kResourceExhausted,
       [](ProbedLoop& loop, io::Peer& peer) {
         Send(loop, peer, ProbedLoop::CallText("Do", "0123456789x"));
       },
       With(&ServerOptions::max_body_memory_bytes, size_t{10})},
      {"TheMailboxIsFull", Code::kUnavailable,
       [](ProbedLoop& loop, io::Peer& peer) {
         const std::string call = ProbedLoop::CallText("Do", "body");
         Send(loop, peer, call + call + call);
       },
       With(&ServerOptions::mailbox_capacity, size_t{1}), 2},
      {"TheServerDrains", Code::kUnavailable,
       [](ProbedLoop& loop, io::Peer& peer) {
         const std::string call = ProbedLoop::CallText("Do", "body");
         Send(loop, peer, call.substr(0, 9));
         loop.io_actor->RequestStop();
         loop.Turn();
         Send(loop, peer, call.substr(9));
       }},
      {"ItsProtocolRefusesIt", Code::kInvalidArgument,
       [](ProbedLoop& loop, io::Peer& peer) {
         Send(loop, peer, ProbedLoop::CallText("Do", "body", "connect-protocol-version: 2\r\n"));
       }},
      {"ItsDeadlinePassedBeforeItsBodyWasThere", Code::kDeadlineExceeded,
       [](ProbedLoop& loop, io::Peer& peer) {
         const std::string call = ProbedLoop::CallText("Do", "body", "connect-timeout-ms: 5\r\n");
         Send(loop, peer, call.substr(0, call.size() - 1));
         loop.Advance(milliseconds(5));
       }},
      // The end of the body and the deadline are seen in one turn.
      {"ItsDeadlinePassedWithItsBody", Code::kDeadlineExceeded,
       [](ProbedLoop& loop, io::Peer& peer) {
         const std::string call = ProbedLoop::CallText("Do", "body", "connect-timeout-ms: 5\r\n");
         Send(loop, peer, call.substr(0, call.size() - 1));
         loop.clock.Advance(milliseconds(5));
         Send(loop, peer, call.substr(call.size() - 1));
       }},
      // Told why it was shed, also when its deadline is what ends it.
      {"ItWasShedAndTheRestDidNotCome", Code::kResourceExhausted,
       [](ProbedLoop& loop, io::Peer& peer) {
         const std::string call =
             ProbedLoop::CallText("Do", "0123456789abcdef", "connect-timeout-ms: 5\r\n");
         Send(loop, peer, call.substr(0, call.size() - 1));
         loop.Advance(milliseconds(5));
       },
       With(&ServerOptions::max_body_memory_bytes, size_t{10})},
  };
}

class SessionEndsTest : public ::testing::TestWithParam<Ending> {};

TEST_P(SessionEndsTest, IsCountedOnceAndLeavesNothing) {
  ProbedLoop loop(GetParam().options);
  io::Peer peer = loop.Connect();
  loop.Turn();
  GetParam().happen(loop, peer);
  peer.Close();
  loop.Turn();
  EXPECT_EQ(loop.handled(GetParam().code), GetParam().calls);
  EXPECT_EQ(loop.handled(), loop.started());
  EXPECT_EQ(loop.hall().calls.size(), 0u) << "slots";
  EXPECT_EQ(loop.loop().timer_count(), 0u) << "deadlines";

  loop.kept.clear();  // the actor lets go what nobody waits for
  loop.Turn();
  loop.Advance(seconds(3));  // whoever lingers has ended
  const IoCounters& counters = loop.hall().counters;
  EXPECT_EQ(loop.handled(), loop.started()) << "a late reply counts nothing";
  EXPECT_EQ(counters.envelopes_out(), 0u);
  EXPECT_EQ(loop.out(), 0u) << "as the router counts";
  EXPECT_EQ(counters.body_bytes.get(), 0u);
  EXPECT_EQ(counters.connections_idle.get() + counters.connections_reading.get() +
                counters.connections_frozen.get(),
            0u);
  EXPECT_EQ(loop.loop().connection_count(), 0u);
}

const auto kNameOf = [](const ::testing::TestParamInfo<Ending>& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(AtTheActor, SessionEndsTest, ::testing::ValuesIn(AtTheActor()), kNameOf);
INSTANTIATE_TEST_SUITE_P(WhileItComes, SessionEndsTest, ::testing::ValuesIn(WhileItComes()),
                         kNameOf);
INSTANTIATE_TEST_SUITE_P(RefusedByTheHall, SessionEndsTest, ::testing::ValuesIn(RefusedByTheHall()),
                         kNameOf);

}  // namespace
}  // namespace mailroom::server
