// SPDX-License-Identifier: Apache-2.0
// Streams of one connection that do not wait for each other, on a scripted engine.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/http/testing/scripted_engine.h"
#include "mailroom/server/hall/session.h"
#include "mailroom/server/hall/testing/probed_loop.h"

namespace mailroom::server {
namespace {

constexpr http::StreamId kOne{1};
constexpr http::StreamId kThree{3};
constexpr char kLook[] = "/probe.v1.Probe/Look";
constexpr char kTalk[] = "/probe.v1.Probe/Talk";

class SessionStreamsTest : public ::testing::Test {
 protected:
  SessionStreamsTest() : peer(Connect()) { loop.KeepMails(); }

  io::Peer Connect() {
    auto scripted = std::make_unique<http::testing::ScriptedEngine>();
    engine = scripted.get();
    loop.io_actor->MakeEnginesBy([made = std::make_shared<std::unique_ptr<http::Engine>>(
                                      std::move(scripted))] { return std::move(*made); });
    io::Peer connected = loop.Connect();
    loop.Turn();
    return connected;
  }

  // Has the session look at the script.
  void Play() {
    peer.Send("x");
    loop.Turn();
  }
  void Answer(size_t index, const std::string& word) {
    loop.kept[index]->reply = word;
    actors::Answer(std::move(loop.kept[index]));
    loop.Turn();
  }

  ProbedLoop loop;
  http::testing::ScriptedEngine* engine = nullptr;
  io::Peer peer;
};

TEST_F(SessionStreamsTest, TwoAreAnsweredOutOfOrder) {
  engine->AddRequest(kOne, kTalk);
  engine->AddRequest(kThree, kTalk);
  Play();
  ASSERT_EQ(loop.kept.size(), 2u) << "neither waits for the other";
  Answer(1, "third");
  EXPECT_EQ(peer.Receive(), "3 head 200 5\n3 body third\n3 end\n");
  Answer(0, "first");
  EXPECT_EQ(peer.Receive(), "1 head 200 5\n1 body first\n1 end\n");
  EXPECT_EQ(loop.hall().calls.size(), 0u);
}

TEST_F(SessionStreamsTest, OneWhoseWindowIsShutHoldsNobodyUp) {
  engine->AddRequest(kOne, kLook);
  engine->AddRequest(kThree, kLook);
  engine->SetWindow(kOne, 3);
  Play();
  ASSERT_EQ(loop.kept.size(), 2u);
  Answer(0, "first");
  EXPECT_EQ(peer.Receive(), "1 head 200 5\n1 body fir\n") << "as far as its window goes";
  Answer(1, "third");
  EXPECT_EQ(peer.Receive(), "3 head 200 5\n3 body third\n3 end\n");
  engine->SetWindow(kOne, 100);
  engine->Add(http::Writable{kOne});
  Play();
  EXPECT_EQ(peer.Receive(), "1 body st\n1 end\n");
  EXPECT_EQ(loop.handled(), 2u);
}

// Not even a head leaves before the stream may send.
TEST_F(SessionStreamsTest, AWindowThatOpensLateLetsTheWholeAnswerGo) {
  engine->AddRequest(kOne, kLook);
  engine->SetWindow(kOne, 0);
  Play();
  Answer(0, "first");
  EXPECT_EQ(peer.Receive(), "");
  engine->SetWindow(kOne, 5);
  engine->Add(http::Writable{kOne});
  Play();
  EXPECT_EQ(peer.Receive(), "1 head 200 5\n1 body first\n1 end\n");
}

TEST_F(SessionStreamsTest, AResetTakesOneCallBackAndNoOther) {
  engine->AddRequest(kOne, kLook);
  engine->AddRequest(kThree, kLook);
  Play();
  ASSERT_EQ(loop.kept.size(), 2u);
  const CallId first = loop.kept[0]->call;
  CallId cancelled;
  loop.actor->on_completion = [&](Completion completion) { cancelled = completion.slot; };
  engine->Add(http::Reset{kOne});
  Play();
  EXPECT_EQ(cancelled, first);
  EXPECT_EQ(loop.released(Released::kReset), 1u);
  EXPECT_EQ(loop.handled(Code::kCanceled), 1u);
  Answer(0, "late");
  EXPECT_EQ(peer.Receive(), "");
  EXPECT_EQ(loop.hall().counters.stale.get(), 1u);
  Answer(1, "third");
  EXPECT_EQ(peer.Receive(), "3 head 200 5\n3 body third\n3 end\n");
}

// What was lent to the queue must outlive the stream: AddressSanitizer looks on.
TEST_F(SessionStreamsTest, AResetInTheMiddleOfALargeAnswerLeavesWhatIsQueued) {
  const std::string large(64 * 1024, 'l');
  engine->AddRequest(kOne, kLook);
  engine->SetWindow(kOne, 20 * 1024);
  Play();
  ASSERT_EQ(loop.kept.size(), 1u);
  // The kernel takes nothing before the reset was seen: a try a turn.
  for (int i = 0; i < 5; ++i) {
    loop.poller->ScriptSend(loop.last_fd, io::IoResult::WouldBlock());
  }
  Answer(0, large);
  EXPECT_EQ(peer.Receive(), "");
  engine->Add(http::Reset{kOne});
  Play();
  EXPECT_TRUE(peer.Receive() == "1 head 200 65536\n1 body " + large.substr(0, 20 * 1024) + "\n");
  EXPECT_EQ(loop.handled(), loop.started());
}

TEST_F(SessionStreamsTest, ABodyHasCreditFromItsHeadOn) {
  engine->AddRequest(kOne, kLook, /*whole=*/false);
  Play();
  EXPECT_EQ(engine->granted(kOne), SIZE_MAX);
  EXPECT_TRUE(loop.kept.empty());
  engine->AddRequest(kThree, kLook);
  Play();
  ASSERT_EQ(loop.kept.size(), 1u) << "the half request holds nobody up";
  engine->Add(http::Body{kOne, "late"});
  engine->Add(http::End{kOne});
  Play();
  ASSERT_EQ(loop.kept.size(), 2u);
  EXPECT_EQ(loop.kept[1]->request, "late");
}

}  // namespace
}  // namespace mailroom::server
