// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/code.h"

#include <set>

#include <gtest/gtest.h>

namespace mailroom::rpc {
namespace {

struct Row {
  Code code;
  const char* name;
  int http;
};

// Connect protocol reference, "Error codes"; conformance.md section 5.3.
constexpr Row kRows[] = {
    {Code::kCanceled, "canceled", 499},
    {Code::kUnknown, "unknown", 500},
    {Code::kInvalidArgument, "invalid_argument", 400},
    {Code::kDeadlineExceeded, "deadline_exceeded", 504},
    {Code::kNotFound, "not_found", 404},
    {Code::kAlreadyExists, "already_exists", 409},
    {Code::kPermissionDenied, "permission_denied", 403},
    {Code::kResourceExhausted, "resource_exhausted", 429},
    {Code::kFailedPrecondition, "failed_precondition", 400},
    {Code::kAborted, "aborted", 409},
    {Code::kOutOfRange, "out_of_range", 400},
    {Code::kUnimplemented, "unimplemented", 501},
    {Code::kInternal, "internal", 500},
    {Code::kUnavailable, "unavailable", 503},
    {Code::kDataLoss, "data_loss", 500},
    {Code::kUnauthenticated, "unauthenticated", 401},
};

TEST(CodeTest, EveryCodeHasItsNameAndHttpStatus) {
  std::set<Code> seen;
  for (const Row& row : kRows) {
    EXPECT_EQ(CodeName(row.code), row.name);
    EXPECT_EQ(HttpStatus(row.code), row.http) << row.name;
    EXPECT_EQ(ParseCode(row.name), row.code);
    seen.insert(row.code);
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kCodeCount - 1));
  EXPECT_EQ(HttpStatus(Code::kOk), 200);
}

TEST(CodeTest, NamesAreSpelledExactly) {
  for (const char* name : {"", "ok", "NOT_FOUND", "notfound", "not_found ", "cancelled", "5"}) {
    EXPECT_EQ(ParseCode(name), std::nullopt) << name;
  }
}

TEST(CodeTest, BareHttpStatusBecomesACode) {
  EXPECT_EQ(CodeFromHttpStatus(400), Code::kInternal);
  EXPECT_EQ(CodeFromHttpStatus(401), Code::kUnauthenticated);
  EXPECT_EQ(CodeFromHttpStatus(403), Code::kPermissionDenied);
  EXPECT_EQ(CodeFromHttpStatus(404), Code::kUnimplemented);
  for (const int status : {429, 502, 503, 504}) {
    EXPECT_EQ(CodeFromHttpStatus(status), Code::kUnavailable) << status;
  }
  for (const int status : {0, 200, 204, 302, 402, 405, 408, 409, 413, 415, 418, 499, 500, 501}) {
    EXPECT_EQ(CodeFromHttpStatus(status), Code::kUnknown) << status;
  }
}

}  // namespace
}  // namespace mailroom::rpc
