// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/status.h"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/base/testing/allocation_counter.h"

namespace mailroom {
namespace {

using testing::AllocationCounter;

static_assert(sizeof(Status) == 8);

// Long enough that std::string cannot keep it inside itself.
constexpr char kLong[] = "a message that is far too long for the small-string optimisation";

TEST(StatusTest, DefaultIsOkAndEmpty) {
  const Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.code(), Code::kOk);
  EXPECT_EQ(status.message(), "");
  EXPECT_EQ(status.ToString(), "ok");
  EXPECT_TRUE(status.details().empty());
  EXPECT_TRUE(Status(Code::kOk).ok());
}

TEST(StatusTest, EveryCodeSurvivesEveryForm) {
  for (int i = 1; i < kCodeCount; ++i) {
    const Code code = static_cast<Code>(i);
    EXPECT_EQ(Status(code).code(), code);
    EXPECT_EQ(Status::Static(code, "literal").code(), code);
    EXPECT_EQ(Status(code, kLong).code(), code);
    EXPECT_FALSE(Status(code).ok());
    EXPECT_EQ(Status(code).ToString(), CodeName(code));
  }
}

// The names are part of the Connect protocol.
TEST(StatusTest, CodesAreNamedAsOnTheWire) {
  EXPECT_EQ(CodeName(Code::kOk), "ok");
  EXPECT_EQ(CodeName(Code::kCanceled), "canceled");
  EXPECT_EQ(CodeName(Code::kDeadlineExceeded), "deadline_exceeded");
  EXPECT_EQ(CodeName(Code::kFailedPrecondition), "failed_precondition");
  EXPECT_EQ(CodeName(Code::kDataLoss), "data_loss");
  EXPECT_EQ(CodeName(Code::kUnauthenticated), "unauthenticated");
}

TEST(StatusTest, OkAndStaticErrorsAllocateNothing) {
  AllocationCounter allocations;
  Status shed = Status::Static(Code::kUnavailable, "the mailbox is full");
  Status copy = shed;
  Status bare(Code::kCanceled);
  Status ok;
  copy = bare;
  copy = std::move(shed);
  EXPECT_EQ(copy.message(), "the mailbox is full");
  EXPECT_TRUE(copy.details().empty());
  EXPECT_EQ(allocations.count(), 0u);
  EXPECT_TRUE(ok.ok());
}

TEST(StatusTest, CopiesAreIndependent) {
  Status first(Code::kNotFound, kLong);
  Status second = first;
  second.AddDetail(ErrorDetail{"google.rpc.RetryInfo", "bytes"});
  EXPECT_TRUE(first.details().empty());
  ASSERT_EQ(second.details().size(), 1u);
  EXPECT_EQ(second.message(), kLong);
  first = Status();
  EXPECT_EQ(second.code(), Code::kNotFound);
  first = second;
  EXPECT_EQ(first, second);
}

TEST(StatusTest, MovedFromIsOk) {
  Status first(Code::kNotFound, kLong);
  Status second = std::move(first);
  EXPECT_TRUE(first.ok());  // NOLINT: the promise that is tested
  EXPECT_EQ(second.message(), kLong);
  second = Status(Code::kInternal, "other");
  EXPECT_EQ(second.code(), Code::kInternal);
}

TEST(StatusTest, AssigningToItselfKeepsIt) {
  Status status(Code::kNotFound, kLong);
  Status& alias = status;
  status = alias;
  EXPECT_EQ(status.message(), kLong);
  status = std::move(alias);
  EXPECT_EQ(status.message(), kLong);
}

TEST(StatusTest, DetailsMoveAStaticErrorToTheHeap) {
  Status status = Status::Static(Code::kUnavailable, "later");
  status.AddDetail(ErrorDetail{"a.B", std::string("\0\1", 2)});
  status.AddDetail(ErrorDetail{"a.C", ""});
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_EQ(status.message(), "later");
  ASSERT_EQ(status.details().size(), 2u);
  EXPECT_EQ(status.details()[0].value.size(), 2u);
  EXPECT_EQ(status.details()[1].type, "a.C");
}

TEST(StatusTest, EqualMeansSameCodeMessageAndDetails) {
  EXPECT_EQ(Status::Static(Code::kAborted, "x"), Status(Code::kAborted, "x"));
  EXPECT_EQ(Status(), Status(Code::kOk));
  EXPECT_FALSE(Status(Code::kAborted, "x") == Status(Code::kAborted, "y"));
  EXPECT_FALSE(Status(Code::kAborted, "x") == Status(Code::kInternal, "x"));
  Status detailed(Code::kAborted, "x");
  detailed.AddDetail(ErrorDetail{"a.B", "1"});
  EXPECT_FALSE(detailed == Status(Code::kAborted, "x"));
}

TEST(StatusTest, ToStringJoinsNameAndMessage) {
  EXPECT_EQ(NotFound("no such account").ToString(), "not_found: no such account");
}

TEST(StatusTest, ShorthandsCarryTheirCode) {
  EXPECT_EQ(InvalidArgument("m").code(), Code::kInvalidArgument);
  EXPECT_EQ(NotFound("m").code(), Code::kNotFound);
  EXPECT_EQ(AlreadyExists("m").code(), Code::kAlreadyExists);
  EXPECT_EQ(FailedPrecondition("m").code(), Code::kFailedPrecondition);
  EXPECT_EQ(PermissionDenied("m").code(), Code::kPermissionDenied);
  EXPECT_EQ(ResourceExhausted("m").code(), Code::kResourceExhausted);
  EXPECT_EQ(Unimplemented("m").code(), Code::kUnimplemented);
  EXPECT_EQ(Unavailable("m").code(), Code::kUnavailable);
  EXPECT_EQ(Internal("m").code(), Code::kInternal);
}

TEST(StatusDeathTest, OkCarriesNoMessageAndNoDetail) {
  EXPECT_DEATH(static_cast<void>(Status(Code::kOk, "x")), "check failed");
  EXPECT_DEATH(static_cast<void>(Status::Static(Code::kOk, "x")), "check failed");
  EXPECT_DEATH(Status().AddDetail(ErrorDetail{"a.B", ""}), "check failed");
}

TEST(ResultTest, HoldsAValue) {
  Result<std::string> result = std::string("seven");
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result.status().ok());
  EXPECT_EQ(*result, "seven");
  EXPECT_EQ(result->size(), 5u);
  result.value() += "!";
  EXPECT_EQ(std::move(result).value(), "seven!");
}

TEST(ResultTest, HoldsAnError) {
  const Result<int> result = NotFound("no such account");
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), Code::kNotFound);
}

TEST(ResultTest, CarriesWhatOnlyMoves) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

// The reflex of other libraries, `return Status();`, must not end the process.
TEST(ResultTest, AnOkStatusIsNoValueButAnError) {
  const Result<int> result = Status();
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status(), MissingValue());
  EXPECT_EQ(result.status().code(), Code::kInternal);
  EXPECT_EQ(Result<int>(Status(Code::kOk)).status(), MissingValue());
}

TEST(ResultDeathTest, TheValueOfAnErrorIsABug) {
  const Result<int> result = NotFound("x");
  EXPECT_DEATH(static_cast<void>(result.value()), "check failed.*ask ok\\(\\) before the value");
}

Result<int> Positive(int n) {
  if (n <= 0) return InvalidArgument("not positive");
  return n;
}

Status CheckPositive(int n, int* steps) {
  ++*steps;
  MAILROOM_RETURN_IF_ERROR(Positive(n).status());
  ++*steps;
  return Status();
}

Result<int> SumOfPositives(int a, int b) {
  MAILROOM_ASSIGN_OR_RETURN(const int first, Positive(a));
  int second = 0;
  MAILROOM_ASSIGN_OR_RETURN(second, Positive(b));
  return first + second;
}

TEST(ResultTest, MacrosLeaveWithTheError) {
  int steps = 0;
  EXPECT_TRUE(CheckPositive(1, &steps).ok());
  EXPECT_EQ(steps, 2);
  EXPECT_EQ(CheckPositive(0, &steps).code(), Code::kInvalidArgument);
  EXPECT_EQ(steps, 3);
  EXPECT_EQ(*SumOfPositives(3, 4), 7);
  EXPECT_EQ(SumOfPositives(3, -4).status().message(), "not positive");
}

}  // namespace
}  // namespace mailroom
