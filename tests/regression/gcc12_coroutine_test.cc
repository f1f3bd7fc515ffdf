// SPDX-License-Identifier: Apache-2.0
// g++ 12.2, Debian 12's, destroys some temporaries of a statement with a co_await
// twice (docs/pitfalls/coroutines.md has the cases). Here is what it gets right, and
// what handlers are therefore written with: each form beside the one that it
// replaces. Owned counts its instances, so destroying one twice shows in every
// lane, also without ASan.
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/base/run_blocking.h"
#include "mailroom/base/task.h"

namespace mailroom {
namespace {

Task<int> Value(int n) { co_return n; }

class Owned {
 public:
  explicit Owned(std::string text) : text_(std::move(text)) { ++alive; }
  Owned(const Owned& other) : text_(other.text_) { ++alive; }
  Owned(Owned&& other) noexcept : text_(std::move(other.text_)) { ++alive; }
  Owned& operator=(const Owned&) = default;
  ~Owned() { --alive; }
  const std::string& text() const { return text_; }
  static inline int alive = 0;

 private:
  std::string text_;
};

// An aggregate that owns: as a temporary beside a co_await it is the trap.
struct Query {
  Owned sql;
  int limit;
};

Query MakeQuery(std::string sql) {
  Query query{Owned(std::move(sql)), 1};
  return query;
}

Task<std::string> Ask(Query query) {
  const int limit = co_await Value(query.limit);
  co_return query.sql.text() + std::to_string(limit);
}

Task<Query> AskForQuery(std::string sql) {
  Query query = MakeQuery(std::move(sql));
  query.limit = co_await Value(2);
  co_return query;
}

Task<std::string> Text(std::string text) {
  co_await Value(0);
  co_return text;
}

constexpr char kLong[] = "a text too long for the small-string optimisation";

Task<std::string> NamedFirstAndMovedIn() {
  Query query{Owned(kLong), 3};
  co_return co_await Ask(std::move(query));
}

Task<std::string> ReturnedByAFunction() { co_return co_await Ask(MakeQuery(kLong)); }

Task<std::string> ReturnedByAnAwait() { co_return co_await Ask(co_await AskForQuery(kLong)); }

Task<std::string> AChoiceMadeBefore(bool k) {
  std::string text = k ? kLong : "short";
  co_return co_await Text(std::move(text));
}

Task<std::string> ConcatenatedAtTheCall(std::string tail) {
  co_return co_await Text(std::string(kLong) + tail);
}

Task<std::string> TwoAwaitsInOneStatement() {
  co_return co_await Text(kLong) + co_await Text(kLong);
}

Task<std::string> ABinding() {
  const auto [sql, limit] = co_await AskForQuery(kLong);
  std::string text = sql.text() + std::to_string(limit);
  co_return text;
}

Task<std::string> ALoopOverAnAwaitedValue() {
  std::string text;
  for (const char c : co_await Text(kLong)) text.push_back(c);
  co_return text;
}

TEST(Gcc12CoroutineTest, TheseFormsDestroyEachTemporaryOnce) {
  const std::string text = kLong;
  EXPECT_EQ(RunBlocking(NamedFirstAndMovedIn()), text + "3");
  EXPECT_EQ(RunBlocking(ReturnedByAFunction()), text + "1");
  EXPECT_EQ(RunBlocking(ReturnedByAnAwait()), text + "2");
  EXPECT_EQ(RunBlocking(AChoiceMadeBefore(true)), text);
  EXPECT_EQ(RunBlocking(ConcatenatedAtTheCall("!")), text + "!");
  EXPECT_EQ(RunBlocking(TwoAwaitsInOneStatement()), text + text);
  EXPECT_EQ(RunBlocking(ABinding()), text + "2");
  EXPECT_EQ(RunBlocking(ALoopOverAnAwaitedValue()), text);
  EXPECT_EQ(Owned::alive, 0);
}

}  // namespace
}  // namespace mailroom
