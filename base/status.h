// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailroom/base/check.h"
#include "mailroom/base/strict.h"

// Errors as values: Code, Status and Result<T>.
//
// Code has the sixteen RPC codes and OK with the numbers of the gRPC wire
// (https://github.com/grpc/grpc/blob/master/doc/statuscodes.md); Connect spells
// the same codes in snake case. Status is one machine word: OK and static
// errors never allocate, so shedding a request is free of the heap. An error
// with a composed message or details owns one heap record.
//
// What is NOT an error and never travels as Status: would-block, need-more,
// mailbox full, stale, timer cancelled. Those are enums and bools.
//
// Threads: a Status is a value; one object is not shared between threads.
namespace mailroom {

enum class Code : uint8_t {
  kOk = 0,
  kCanceled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

inline constexpr int kCodeCount = 17;

// The code in snake case ("not_found"); "ok" for kOk. Static storage.
std::string_view CodeName(Code code);

// One entry of google.rpc.Status.details: the full message name
// ("google.rpc.RetryInfo") and the serialized message. Only rpc/ looks inside.
struct ErrorDetail {
  std::string type;
  std::string value;
  std::string debug = {};  // the message as JSON, for people; may be empty
};

class [[nodiscard("an error may be in it: look at ok(), or hand it on")]] Status {
 public:
  Status() = default;  // OK
  // An error without a message. kOk gives OK.
  explicit Status(Code code);
  // An error with a message of its own; allocates. `code` must not be kOk.
  Status(Code code, std::string message);

  // An error with a message in static storage: allocates nothing. The array
  // reference keeps out pointers whose storage may end.
  template <size_t N>
  static Status Static(Code code, const char (&literal)[N]) {
    return Status(code, StaticText{literal});
  }

  Status(const Status& other);
  Status& operator=(const Status& other);
  Status(Status&& other) noexcept : word_(std::exchange(other.word_, 0)) {}
  Status& operator=(Status&& other) noexcept;
  ~Status() {
    if (on_heap()) FreeRep();
  }

  bool ok() const { return word_ == 0; }
  Code code() const { return on_heap() ? rep()->code : static_cast<Code>(word_ >> kCodeShift); }
  // Valid as long as this Status is neither changed nor destroyed.
  std::string_view message() const;

  // Adds a detail to an error (moves the error to the heap when it was static).
  void AddDetail(ErrorDetail detail);
  const std::vector<ErrorDetail>& details() const;

  // "not_found: no such account", for logs and tests.
  std::string ToString() const;

  // The same code, message and details.
  friend bool operator==(const Status& a, const Status& b);

 private:
  // word_ is 0 for OK, the plain address of a Rep (so that leak checkers see it),
  // or a code above the address of a literal (0 for none). User-space addresses
  // fit in 57 bits on x86-64, five-level paging included, and on arm64.
  static constexpr int kCodeShift = 57;
  static constexpr uint64_t kPointerMask = (uint64_t{1} << kCodeShift) - 1;

  struct StaticText {
    const char* text;
  };
  struct Rep {
    Code code;
    std::string message;
    std::vector<ErrorDetail> details;
  };

  Status(Code code, StaticText text);
  bool on_heap() const { return word_ != 0 && word_ <= kPointerMask; }
  const Rep* rep() const { return reinterpret_cast<const Rep*>(word_); }
  void SetRep(Rep rep);
  void FreeRep();

  uint64_t word_ = 0;
};

// Shorthands for the codes that handlers return most.
Status InvalidArgument(std::string message);
Status NotFound(std::string message);
Status AlreadyExists(std::string message);
Status FailedPrecondition(std::string message);
Status PermissionDenied(std::string message);
Status ResourceExhausted(std::string message);
Status Unimplemented(std::string message);
Status Unavailable(std::string message);
Status Internal(std::string message);

// What a Result holds that was made from an OK Status: `internal`, static. A service
// actor answers with it and names the method.
Status MissingValue();

// A value or the error that stands in its place.
template <class T>
class [[nodiscard("an error may be in it: look at ok(), or hand it on")]] Result {
 public:
  using value_type = T;

  // Both conversions are implicit so that `return value;` and `return status;`
  // read alike. An OK status is no value (`return Status();` is the reflex of other
  // libraries): it becomes the error MissingValue().
  Result(T value) : value_(std::move(value)) {}         // NOLINT
  Result(Status status) : status_(std::move(status)) {  // NOLINT
    if (status_.ok()) [[unlikely]] {
      status_ = MissingValue();
    }
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const& { return status_; }
  Status&& status() && { return std::move(status_); }

  // REQUIRES: ok().
  T& value() & {
    MAILROOM_CHECK(ok() && "the Result holds an error: ask ok() before the value");
    return *value_;
  }
  const T& value() const& {
    MAILROOM_CHECK(ok() && "the Result holds an error: ask ok() before the value");
    return *value_;
  }
  T&& value() && {
    MAILROOM_CHECK(ok() && "the Result holds an error: ask ok() before the value");
    return std::move(*value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  Status status_;
  std::optional<T> value_;
};

#define MAILROOM_CONCAT_INNER(a, b) a##b
#define MAILROOM_CONCAT(a, b) MAILROOM_CONCAT_INNER(a, b)

// Leaves the function with the error when `expr` (a Status) is one.
#define MAILROOM_RETURN_IF_ERROR(expr)                 \
  do {                                                 \
    ::mailroom::Status mailroom_status = (expr);       \
    if (!mailroom_status.ok()) return mailroom_status; \
  } while (false)

// Declares or assigns `lhs` from a Result, or leaves with its error.
#define MAILROOM_ASSIGN_OR_RETURN(lhs, expr) \
  MAILROOM_ASSIGN_OR_RETURN_IMPL(MAILROOM_CONCAT(mailroom_result_, __LINE__), lhs, expr, return)
#define MAILROOM_ASSIGN_OR_RETURN_IMPL(result, lhs, expr, leave) \
  auto result = (expr);                                          \
  if (!result.ok()) leave std::move(result).status();            \
  lhs = *std::move(result)

// The same two for coroutines. `expr` may hold a co_await (house rule: nothing
// braced, no lambda, no ?:, no && or || beside it).
#define MAILROOM_CO_RETURN_IF_ERROR(expr)                 \
  do {                                                    \
    ::mailroom::Status mailroom_status = (expr);          \
    if (!mailroom_status.ok()) co_return mailroom_status; \
  } while (false)
#define MAILROOM_CO_ASSIGN_OR_RETURN(lhs, expr) \
  MAILROOM_ASSIGN_OR_RETURN_IMPL(MAILROOM_CONCAT(mailroom_result_, __LINE__), lhs, expr, co_return)

}  // namespace mailroom
