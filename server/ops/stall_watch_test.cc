// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/stall_watch.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/testing/manual_runner.h"
#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/base/log.h"

namespace mailroom::server {
namespace {

using actors::Activity;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Activity::Kind;

class StallWatchTest : public ::testing::Test {
 protected:
  StallWatchTest() : watch({milliseconds(50), milliseconds(1000)}, {&loop, &worker}, NameOf) {
    LogOptions options;
    options.sink = [this](std::string_view line) { lines.emplace_back(line); };
    InitLogging(std::move(options));
  }
  ~StallWatchTest() override { InitLogging(LogOptions()); }

  static std::string NameOf(const actors::Cell& cell, uint32_t method) {
    return cell.name() + "/" + std::to_string(method);
  }
  void Pass(Duration by) {
    now += by;
    watch.Check(now);
  }
  std::vector<std::string> TakeLines() { return std::exchange(lines, {}); }

  TimePoint now = TimePoint(std::chrono::hours(1));
  std::vector<std::string> lines;
  actors::testing::ManualRunner runner;
  actors::Cell cell{"Echo", 16, std::make_unique<actors::testing::ProbeActor>(), runner};
  Activity loop{Kind::kLoop, "loop-0"};
  Activity worker{Kind::kWorker, "worker-3"};
  StallWatch watch;
};

TEST_F(StallWatchTest, AHandlerThatHoldsAWorkerIsNamedWhileItLasts) {
  worker.Enter(cell, 7, now);
  Pass(milliseconds(999));
  EXPECT_THAT(lines, IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(TakeLines(), ElementsAre(AllOf(HasSubstr("warning"),
                                             HasSubstr("stall: Echo/7 has held worker-3 for 1s"),
                                             HasSubstr("co_await"), HasSubstr("--workers"))));
  EXPECT_EQ(watch.stalls(Kind::kWorker), 1u);
  // Once, however long it lasts.
  Pass(milliseconds(5000));
  EXPECT_THAT(lines, IsEmpty());
  EXPECT_EQ(watch.stalls(Kind::kWorker), 1u);
  worker.Leave();
  Pass(milliseconds(500));
  EXPECT_THAT(TakeLines(),
              ElementsAre(HasSubstr("stall over: Echo/7 held worker-3 for about 6.5s")));
  Pass(milliseconds(5000));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(StallWatchTest, ALoopIsHeldByATurnAndTheHandlerInIt) {
  loop.BeginStep(now);
  loop.Enter(cell, 2, TimePoint());  // a loop's time is its turn's
  Pass(milliseconds(49));
  EXPECT_THAT(lines, IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(TakeLines(),
              ElementsAre(AllOf(HasSubstr("Echo/2 has held loop-0 for 50ms"), HasSubstr("signals"),
                                HasSubstr("run actors on --workers"))));
  EXPECT_EQ(watch.stalls(Kind::kLoop), 1u);
  EXPECT_EQ(watch.stalls(Kind::kWorker), 0u);
  loop.Leave();
  // The turn goes on: it is still the same stall.
  Pass(milliseconds(10));
  EXPECT_THAT(lines, IsEmpty());
  loop.EndStep();
  Pass(milliseconds(10));
  EXPECT_THAT(TakeLines(), ElementsAre(HasSubstr("stall over: Echo/2 held loop-0 for about 70ms")));
}

TEST_F(StallWatchTest, ATurnWithoutAHandlerIsToldToo) {
  loop.BeginStep(now);
  Pass(milliseconds(60));
  EXPECT_THAT(lines, ElementsAre(AllOf(HasSubstr("one turn has held loop-0 for 60ms"),
                                       HasSubstr("no handler runs"))));
}

// A suspended handler has left; many short ones in a row are no stall.
TEST_F(StallWatchTest, ShortStepsAreNoStallHoweverMany) {
  for (int i = 0; i < 1000; ++i) {
    worker.Enter(cell, 1, now);
    loop.BeginStep(now);
    Pass(milliseconds(40));
    loop.EndStep();
    worker.Leave();
  }
  Pass(std::chrono::hours(1));
  EXPECT_THAT(lines, IsEmpty());
  EXPECT_EQ(watch.stalls(Kind::kLoop) + watch.stalls(Kind::kWorker), 0u);
}

TEST_F(StallWatchTest, AStallBehindAStallIsAnother) {
  worker.Enter(cell, 1, now);
  Pass(milliseconds(1500));
  worker.Enter(cell, 2, now);
  Pass(milliseconds(1500));
  EXPECT_THAT(lines, ElementsAre(HasSubstr("Echo/1 has held"), HasSubstr("stall over: Echo/1"),
                                 HasSubstr("Echo/2 has held")));
  EXPECT_EQ(watch.stalls(Kind::kWorker), 2u);
}

TEST_F(StallWatchTest, NewStallsAreLoggedOnceASecondAndAllCounted) {
  for (int i = 0; i < 10; ++i) {
    loop.BeginStep(now);
    Pass(milliseconds(50));
    loop.EndStep();
    Pass(milliseconds(1));
  }
  EXPECT_EQ(watch.stalls(Kind::kLoop), 10u);
  EXPECT_THAT(TakeLines(), ElementsAre(HasSubstr("has held"), HasSubstr("stall over")));
  now += std::chrono::seconds(1);
  loop.BeginStep(now);
  Pass(milliseconds(50));
  EXPECT_THAT(lines, ElementsAre(HasSubstr("(9 more like this were left out)")));
}

TEST_F(StallWatchTest, AnyKindCanBeLeftAlone) {
  StallWatch workers({Duration::zero(), milliseconds(100)}, {&loop, &worker}, NameOf);
  EXPECT_EQ(workers.period(), milliseconds(50));
  EXPECT_EQ(watch.period(), milliseconds(25));
  loop.BeginStep(now);
  worker.Enter(cell, 1, now);
  workers.Check(now + std::chrono::hours(1));
  EXPECT_THAT(lines, ElementsAre(HasSubstr("worker-3")));
}

}  // namespace
}  // namespace mailroom::server
