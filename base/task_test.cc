// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/task.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/status.h"
#include "mailroom/base/testing/recording_home.h"
#include "mailroom/base/thread.h"

namespace mailroom {
namespace {

using testing::RecordingHome;

struct Number final : Parcel {
  static constexpr ParcelKind kKind = ParcelKind::kResult;
  explicit Number(int n) : Parcel(kKind), value(n) {}
  int value;
};

// A number that comes later: the smallest awaitable of the shape *try, then park*.
class Event {
 public:
  // At home, or from any thread once somebody waits.
  void Set(int value) {
    if (!waiter_) {
      value_ = value;
      return;
    }
    home_->Post(Completion{waiter_, std::make_unique<Number>(value)});
  }

  class Wait {
   public:
    explicit Wait(Event& event) : event_(event) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() {
      if (scope_ != nullptr) scope_->Forget(event_.waiter_);
    }
    bool await_ready() const { return event_.value_.has_value(); }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> handle) {
      scope_ = handle.promise().scope();
      event_.waiter_ = scope_->Suspend(handle, &parcel_);
      event_.home_ = &scope_->home();
      return static_cast<bool>(event_.waiter_);
    }
    Result<int> await_resume() const {
      if (event_.value_) return *event_.value_;
      if (parcel_ == nullptr) return Status::Static(Code::kResourceExhausted, "too many waits");
      return ParcelAs<Number>(*parcel_).value;
    }

   private:
    Event& event_;
    TaskScope* scope_ = nullptr;
    ParcelPtr parcel_;
  };

  Wait Get() { return Wait(*this); }
  SlotId waiter() const { return waiter_; }

 private:
  std::optional<int> value_;
  SlotId waiter_;
  Home* home_ = nullptr;
};

// Counts the frames that are alive: each holds one by value.
class Alive {
 public:
  explicit Alive(int* count) : count_(count) { ++*count_; }
  Alive(Alive&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  ~Alive() {
    if (count_ != nullptr) --*count_;
  }

 private:
  int* count_;
};

class TaskTest : public ::testing::Test {
 protected:
  // Resumes what was posted; gives the number of stale completions.
  int Settle() {
    int stale = 0;
    while (std::optional<Completion> completion = home_.Take()) {
      SlotId owner;
      if (!Resume(suspensions_, std::move(*completion), &owner)) ++stale;
    }
    return stale;
  }

  template <class T>
  T RunToTheEnd(Task<T> task) {
    task.Start(scope_);
    Settle();
    return task.TakeResult();
  }

  RecordingHome home_;
  SlotTable<Suspension> suspensions_{SlotKind::kSuspension, 0, 100'000};
  TaskScope scope_{home_, suspensions_, SlotId(SlotKind::kJob, 0, 1, 1)};
};

Task<int> Value(int n) { co_return n; }

Task<int> Sum(int a, int b) {
  const int first = co_await Value(a);
  const int second = co_await Value(b);
  co_return first + second;
}

Task<> Note(std::vector<std::string>* notes, std::string note) {
  notes->push_back(std::move(note));
  co_return;
}

TEST_F(TaskTest, IsLazy) {
  std::vector<std::string> notes;
  Task<> task = Note(&notes, "ran");
  EXPECT_TRUE(notes.empty());
  EXPECT_FALSE(task.done());
  task.Start(scope_);
  EXPECT_EQ(notes, std::vector<std::string>{"ran"});
  EXPECT_TRUE(task.done());
  task.TakeResult();
}

TEST_F(TaskTest, AwaitsAndReturnsValues) { EXPECT_EQ(RunToTheEnd(Sum(3, 4)), 7); }

TEST_F(TaskTest, MovesWithoutCopies) {
  Task<int> first = Value(7);
  Task<int> second = std::move(first);
  EXPECT_FALSE(first.valid());  // NOLINT: the promise that is tested
  first = std::move(second);
  Task<int>& alias = first;
  first = std::move(alias);
  EXPECT_EQ(RunToTheEnd(std::move(first)), 7);
  static_assert(!std::is_copy_constructible_v<Task<int>>);
}

Task<std::unique_ptr<int>> Boxed(int n) { co_return std::make_unique<int>(n); }

TEST_F(TaskTest, ReturnsWhatOnlyMoves) { EXPECT_EQ(*RunToTheEnd(Boxed(7)), 7); }

Task<int> Throws(int n) {
  if (n > 0) throw std::runtime_error("boom");
  co_return n;
}

Task<std::string> Catches() {
  try {
    co_await Throws(1);
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}

TEST_F(TaskTest, AnExceptionReachesTheAwaitingParent) { EXPECT_EQ(RunToTheEnd(Catches()), "boom"); }

TEST_F(TaskTest, AnExceptionComesOutOfTheRoot) {
  Task<int> task = Throws(1);
  task.Start(scope_);
  ASSERT_TRUE(task.done());
  EXPECT_THROW(task.TakeResult(), std::runtime_error);
}

Task<int> Await(Event* event, [[maybe_unused]] Alive alive) {
  const Result<int> got = co_await event->Get();
  co_return got.ok() ? *got : -1;
}

Task<int> AwaitThrough(Event* event, [[maybe_unused]] Alive alive, int depth, int* count) {
  if (depth > 0) {
    const int below = co_await AwaitThrough(event, Alive(count), depth - 1, count);
    co_return below + 1;
  }
  const int got = co_await Await(event, Alive(count));
  co_return got;
}

TEST_F(TaskTest, SuspendsUntilTheCompletionComesHome) {
  Event event;
  int alive = 0;
  Task<int> task = Await(&event, Alive(&alive));
  task.Start(scope_);
  EXPECT_FALSE(task.done());
  EXPECT_EQ(suspensions_.size(), 1u);
  event.Set(7);
  EXPECT_FALSE(task.done()) << "nothing runs before home looks";
  EXPECT_EQ(Settle(), 0);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.TakeResult(), 7);
  EXPECT_TRUE(suspensions_.empty());
}

TEST_F(TaskTest, WhatIsThereAlreadyDoesNotSuspend) {
  Event event;
  event.Set(7);
  int alive = 0;
  Task<int> task = Await(&event, Alive(&alive));
  task.Start(scope_);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.TakeResult(), 7);
}

TEST_F(TaskTest, ResumingTellsTheOwner) {
  Event event;
  int alive = 0;
  Task<int> task = Await(&event, Alive(&alive));
  task.Start(scope_);
  SlotId owner;
  EXPECT_TRUE(Resume(suspensions_, Completion{event.waiter(), nullptr}, &owner));
  EXPECT_EQ(owner, scope_.owner());
}

TEST_F(TaskTest, Invariant1_TheEndOfAChildResumesTheWholeChain) {
  Event event;
  int alive = 0;
  Task<int> task = AwaitThrough(&event, Alive(&alive), 500, &alive);
  task.Start(scope_);
  EXPECT_EQ(alive, 502);
  event.Set(7);
  EXPECT_EQ(Settle(), 0);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(alive, 1) << "children end before their parents";
  EXPECT_EQ(task.TakeResult(), 507);
}

// S7 for coroutines: cancelling is destroying, and what comes later is stale.
TEST_F(TaskTest, S7_Invariant3_CancelDestroysTheChainAndTheLateAnswerIsStale) {
  Event event;
  int alive = 0;
  {
    Task<int> task = AwaitThrough(&event, Alive(&alive), 10, &alive);
    task.Start(scope_);
    EXPECT_EQ(alive, 12);
    EXPECT_EQ(suspensions_.size(), 1u);
  }
  EXPECT_EQ(alive, 0);
  EXPECT_TRUE(suspensions_.empty());
  event.Set(7);
  EXPECT_EQ(Settle(), 1);
}

TEST_F(TaskTest, Invariant3_ATaskThatNeverStartedIsDestroyedToo) {
  Event event;
  int alive = 0;
  {
    Task<int> task = Await(&event, Alive(&alive));
  }
  EXPECT_EQ(alive, 0);
}

TEST_F(TaskTest, ASecondCompletionIsStale) {
  Event event;
  int alive = 0;
  Task<int> task = Await(&event, Alive(&alive));
  task.Start(scope_);
  event.Set(7);
  event.Set(8);
  EXPECT_EQ(Settle(), 1);
  EXPECT_EQ(task.TakeResult(), 7);
}

TEST_F(TaskTest, AFullTableRefusesInsteadOfWaiting) {
  SlotTable<Suspension> none(SlotKind::kSuspension, 0, 0);
  TaskScope scope(home_, none, SlotId());
  Event event;
  int alive = 0;
  Task<int> task = Await(&event, Alive(&alive));
  task.Start(scope);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.TakeResult(), -1);
}

TEST_F(TaskTest, TasksOfOneHomeInterleave) {
  Event first;
  Event second;
  int alive = 0;
  Task<int> a = Await(&first, Alive(&alive));
  Task<int> b = Await(&second, Alive(&alive));
  a.Start(scope_);
  b.Start(scope_);
  second.Set(2);
  Settle();
  EXPECT_FALSE(a.done());
  EXPECT_TRUE(b.done());
  first.Set(1);
  Settle();
  EXPECT_EQ(a.TakeResult(), 1);
  EXPECT_EQ(b.TakeResult(), 2);
}

Task<int> AwaitThenThrow(Event* event) {
  const Result<int> got = co_await event->Get();
  throw std::runtime_error(std::to_string(*got));
}

Task<std::string> CatchAfterWaiting(Event* event) {
  try {
    co_await AwaitThenThrow(event);
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}

TEST_F(TaskTest, AnExceptionAfterASuspensionReachesTheParent) {
  Event event;
  Task<std::string> task = CatchAfterWaiting(&event);
  task.Start(scope_);
  event.Set(7);
  Settle();
  EXPECT_EQ(task.TakeResult(), "7");
}

TEST_F(TaskTest, ACompletionMayBePostedByAnyThread) {
  Event event;
  int alive = 0;
  Task<int> task = Await(&event, Alive(&alive));
  task.Start(scope_);
  Thread other("other", [&event] { event.Set(7); });
  other.Join();
  Settle();
  EXPECT_EQ(task.TakeResult(), 7);
}

Task<int64_t> SumInALoop(int n) {
  int64_t sum = 0;
  for (int i = 0; i < n; ++i) {
    sum += co_await Value(1);
  }
  co_return sum;
}

// Symmetric transfer dies here with g++ at -O0, and under ASan at 30,000.
TEST_F(TaskTest, Invariant2_AMillionAwaitsThatFinishAtOnce) {
  EXPECT_EQ(RunToTheEnd(SumInALoop(1'000'000)), 1'000'000);
}

Task<int64_t> WaitInALoop(Event* event, int n, int* alive) {
  int64_t sum = 0;
  for (int i = 0; i < n; ++i) {
    sum += co_await Await(event, Alive(alive));
  }
  co_return sum;
}

TEST_F(TaskTest, Invariant2_ManyAwaitsThatReallySuspend) {
  Event event;
  int alive = 0;
  Task<int64_t> task = WaitInALoop(&event, 100'000, &alive);
  task.Start(scope_);
  while (!task.done()) {
    event.Set(1);
    ASSERT_EQ(Settle(), 0);
  }
  EXPECT_EQ(task.TakeResult(), 100'000);
  EXPECT_EQ(alive, 0);
}

// After one real suspension the parent runs inside the end of its child: awaits that
// finish at once must not pile up there either.
Task<int64_t> WaitOnceThenLoop(Event* event, int n, int* alive) {
  int64_t sum = co_await Await(event, Alive(alive));
  sum += co_await SumInALoop(n);
  for (int i = 0; i < n; ++i) {
    sum += co_await Value(1);
  }
  co_return sum;
}

TEST_F(TaskTest, Invariant2_AMillionAwaitsAfterASuspension) {
  Event event;
  int alive = 0;
  Task<int64_t> task = WaitOnceThenLoop(&event, 1'000'000, &alive);
  task.Start(scope_);
  event.Set(0);
  Settle();
  EXPECT_EQ(task.TakeResult(), 2'000'000);
}

Task<Result<int>> Half(int n) {
  if (n % 2 != 0) co_return InvalidArgument("odd");
  co_return n / 2;
}

Task<Status> CheckEven(int n) {
  MAILROOM_CO_RETURN_IF_ERROR((co_await Half(n)).status());
  co_return Status();
}

Task<Result<int>> Quarter(int n) {
  MAILROOM_CO_ASSIGN_OR_RETURN(const int half, co_await Half(n));
  MAILROOM_CO_RETURN_IF_ERROR(co_await CheckEven(half));
  co_return co_await Half(half);
}

TEST_F(TaskTest, TheMacrosForStatusesLeaveACoroutine) {
  EXPECT_EQ(*RunToTheEnd(Quarter(12)), 3);
  EXPECT_EQ(RunToTheEnd(Quarter(6)).status().message(), "odd");
  EXPECT_EQ(RunToTheEnd(Quarter(7)).status().code(), Code::kInvalidArgument);
}

// Awaits nothing, and learns from its promise where it runs.
struct WhichScope {
  bool await_ready() const { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    scope = handle.promise().scope();
    return false;
  }
  TaskScope* await_resume() const { return scope; }
  TaskScope* scope = nullptr;
};

Task<TaskScope*> ScopeOf() {
  WhichScope which;
  co_return co_await which;
}

Task<TaskScope*> ScopeOfChild() { co_return co_await ScopeOf(); }

TEST_F(TaskTest, ChildrenInheritTheScope) { EXPECT_EQ(RunToTheEnd(ScopeOfChild()), &scope_); }

using TaskDeathTest = TaskTest;

TEST_F(TaskDeathTest, MisuseIsABug) {
  Task<int> started = Value(1);
  started.Start(scope_);
  EXPECT_DEATH(started.Start(scope_), "a task starts once");
  Task<int> waiting = Value(1);
  EXPECT_DEATH(waiting.TakeResult(), "the task is still suspended");
  Task<int> none;
  EXPECT_FALSE(none.done());
  EXPECT_DEATH(none.Start(scope_), "no task: it was moved from");
}

// clang refuses to compile a coroutine that may end without co_return. g++ does not see
// it: what is left is a promise without a value.
TEST_F(TaskTest, ACoroutineThatGivesNothingFailsAndNamesWhatWasDue) {
  task_internal::Promise<Result<std::string>> promise;
  try {
    static_cast<void>(promise.Take());
    FAIL() << "a value from nowhere";
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("ended without co_return"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("Result<std::"));
  }
}

#ifndef __clang__
Task<int> FallsOff(bool gives) {
  const int one = co_await Value(1);
  if (gives) co_return one;
}

TEST_F(TaskTest, ACoroutineThatFallsOffItsEndFailsItsCaller) {
  EXPECT_EQ(RunToTheEnd(FallsOff(true)), 1);
  EXPECT_THROW(RunToTheEnd(FallsOff(false)), std::logic_error);
}
#endif

// As compilers write them: coroutine_rules.h tells a lambda by its name.
TEST(CoroutineRulesTest, TellsALambdaFromWhatHasOneInItsName) {
  const auto plain = [](int n) { return n; };
  const auto generic = [](auto n) { return n; };
  const auto changing = [n = 0]() mutable { return ++n; };
  using Holder = std::optional<decltype(plain)>;
  using task_internal::NameOf;
  using task_internal::NamesLambda;
  EXPECT_TRUE(NamesLambda(NameOf<std::remove_cv_t<decltype(plain)>>()));
  EXPECT_TRUE(NamesLambda(NameOf<std::remove_cv_t<decltype(generic)>>()));
  EXPECT_TRUE(NamesLambda(NameOf<std::remove_cv_t<decltype(changing)>>()));
  EXPECT_FALSE(NamesLambda(NameOf<Holder>()));
  EXPECT_FALSE(NamesLambda(NameOf<int (*)(int)>()));
  EXPECT_FALSE(NamesLambda(NameOf<Event>()));
  EXPECT_TRUE(NamesLambda("Actor::Handle(Call&)::<lambda(std::vector<int>)>"));
  EXPECT_TRUE(NamesLambda("(lambda at greet.cc:5:12)"));
  EXPECT_FALSE(NamesLambda("Holder<Actor::Handle(Call&)::<lambda(int)> >"));
}

// Neither refers to what dies before it runs.
TEST_F(TaskTest, ALambdaWithoutCapturesAndAnObjectByValueAreFine) {
  const auto twice = [](int n) -> Task<int> { co_return 2 * co_await Value(n); };
  EXPECT_EQ(RunToTheEnd(twice(2)), 4);
  const auto call = [](auto function, int n) -> Task<int> { co_return function(n); };
  int added = 0;
  added += 3;
  EXPECT_EQ(RunToTheEnd(call([added](int n) { return n + added; }, 4)), 7);
}

}  // namespace
}  // namespace mailroom
