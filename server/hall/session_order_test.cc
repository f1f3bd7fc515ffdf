// SPDX-License-Identifier: Apache-2.0
// Which calls of one connection may be out together, and in what order they are answered.
#include <chrono>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/hall/session.h"
#include "mailroom/server/hall/testing/probed_loop.h"

namespace mailroom::server {
namespace {

using testing::HttpReply;

class SessionOrderTest : public ::testing::Test {
 protected:
  SessionOrderTest() : peer(loop.Connect()) { loop.KeepMails(); }

  void Send(const std::string& text) {
    peer.Send(text);
    loop.Turn();
  }
  void Answer(size_t index, const std::string& word = "") {
    loop.kept[index]->reply = word;
    actors::Answer(std::move(loop.kept[index]));
    loop.Turn();
  }
  std::vector<HttpReply> Replies() { return ProbedLoop::Replies(peer); }
  static std::string Call(const std::string& method, const std::string& body = "") {
    return ProbedLoop::CallText(method, body);
  }

  ProbedLoop loop;
  io::Peer peer;
};

struct Pair {
  const char* first;
  const char* second;
  bool together;

  friend void PrintTo(const Pair& pair, std::ostream* out) {
    *out << pair.first << "Then" << pair.second;
  }
};

class SessionPairTest : public SessionOrderTest, public ::testing::WithParamInterface<Pair> {};

// Session's invariant 3.
TEST_P(SessionPairTest, TheSecondIsDispatchedAheadOnlyIfItMay) {
  const Pair& pair = GetParam();
  Send(Call(pair.first) + Call(pair.second));
  EXPECT_EQ(loop.kept.size(), pair.together ? 2u : 1u);
  Answer(0);
  ASSERT_EQ(loop.kept.size(), 2u) << "at the latest when the first is answered";
  Answer(1);
  EXPECT_EQ(Replies().size(), 2u);
  EXPECT_EQ(loop.hall().calls.size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(All, SessionPairTest,
                         ::testing::Values(Pair{"Look", "Look", true},  // neither has side effects
                                           Pair{"Do", "Do",
                                                true},  // the actor's mailbox keeps their order
                                           Pair{"Do", "Look", true}, Pair{"Look", "Do", true},
                                           // Those of a concurrent method may overtake each other.
                                           Pair{"Talk", "Talk", false}, Pair{"Do", "Talk", false},
                                           Pair{"Talk", "Look", false}),
                         [](const auto& given) { return ::testing::PrintToString(given.param); });

TEST_F(SessionOrderTest, AnswersLeaveInTheOrderOfTheirRequests) {
  Send(Call("Look") + Call("Look") + Call("Look"));
  ASSERT_EQ(loop.kept.size(), 3u);
  Answer(2, "third");
  Answer(1, "second");
  EXPECT_TRUE(Replies().empty());
  Answer(0, "first");
  const std::vector<HttpReply> replies = Replies();
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[0].body, "first");
  EXPECT_EQ(replies[1].body, "second");
  EXPECT_EQ(replies[2].body, "third");
}

TEST_F(SessionOrderTest, BehindAHeldCallNothingIsRead) {
  Send(Call("Talk") + Call("Talk") + Call("Talk"));
  EXPECT_EQ(loop.started(), 2u) << "one is out, one is held";
  Answer(0);
  EXPECT_EQ(loop.kept.size(), 2u) << "the held one went";
  EXPECT_EQ(loop.started(), 2u) << "and is out";
  Answer(1);
  EXPECT_EQ(loop.started(), 3u);
}

TEST_F(SessionOrderTest, WhileACallIsOutNothingMoreIsRead) {
  Send(Call("Look"));
  EXPECT_EQ(loop.hall().counters.connections_frozen.get(), 1u);
  Send(Call("Look"));
  EXPECT_EQ(loop.started(), 1u);
  Answer(0);
  EXPECT_EQ(loop.started(), 2u);
  Answer(1);
  EXPECT_EQ(Replies().size(), 2u);
  EXPECT_EQ(loop.hall().counters.connections_idle.get(), 1u);
}

// A reply may wait long for its turn; the memory of its request does not wait with it.
TEST_F(SessionOrderTest, AReplyThatWaitsHasGivenItsRequestsMemoryBack) {
  Send(Call("Look", "12345") + Call("Look", "1234567"));
  EXPECT_EQ(loop.hall().counters.body_bytes.get(), 12u);
  Answer(1);
  EXPECT_EQ(loop.hall().counters.body_bytes.get(), 5u);
}

// A deadline's answer, too, waits for its turn; the call behind it is not held up.
TEST_F(SessionOrderTest, ACallPastItsDeadlineLetsTheNextOneGo) {
  Send(ProbedLoop::CallText("Talk", "", "connect-timeout-ms: 5\r\n") + Call("Talk"));
  ASSERT_EQ(loop.kept.size(), 1u);
  loop.Advance(std::chrono::milliseconds(5));
  ASSERT_EQ(loop.kept.size(), 2u);
  Answer(1, "second");
  const std::vector<HttpReply> replies = Replies();
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[0].status, 504);
  EXPECT_EQ(replies[1].body, "second");
  Answer(0, "late");
  EXPECT_TRUE(Replies().empty());
  EXPECT_EQ(loop.hall().counters.stale.get(), 1u);
  Send(Call("Talk"));
  EXPECT_EQ(loop.started(), 3u) << "nothing is out: it is read again";
}

// The actor is told with the call's own id.
TEST_F(SessionOrderTest, ACallThatIsGivenUpIsCancelledAtTheActor) {
  Send(Call("Do"));
  const CallId call = loop.kept[0]->call;
  CallId cancelled;
  loop.actor->on_completion = [&](Completion completion) { cancelled = completion.slot; };
  peer.Close();
  loop.Turn();
  EXPECT_EQ(cancelled, call);
}

}  // namespace
}  // namespace mailroom::server
