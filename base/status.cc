// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/status.h"

#include <algorithm>
#include <array>

namespace mailroom {

static_assert(sizeof(Status) == sizeof(void*), "a Status travels in a register");

std::string_view CodeName(Code code) {
  static constexpr std::array<std::string_view, kCodeCount> kNames = {
      "ok",
      "canceled",
      "unknown",
      "invalid_argument",
      "deadline_exceeded",
      "not_found",
      "already_exists",
      "permission_denied",
      "resource_exhausted",
      "failed_precondition",
      "aborted",
      "out_of_range",
      "unimplemented",
      "internal",
      "unavailable",
      "data_loss",
      "unauthenticated",
  };
  const auto index = static_cast<size_t>(code);
  MAILROOM_CHECK(index < kNames.size());
  return kNames[index];
}

Status::Status(Code code) : word_(static_cast<uint64_t>(code) << kCodeShift) {}

Status::Status(Code code, std::string message) {
  MAILROOM_CHECK(code != Code::kOk && "OK has no message: return the reply itself");
  SetRep(Rep{code, std::move(message), {}});
}

Status::Status(Code code, StaticText text)
    : word_((static_cast<uint64_t>(code) << kCodeShift) | reinterpret_cast<uint64_t>(text.text)) {
  MAILROOM_CHECK(code != Code::kOk && "OK has no message: return the reply itself");
  MAILROOM_DCHECK(reinterpret_cast<uint64_t>(text.text) <= kPointerMask);
}

Status::Status(const Status& other) {
  if (other.on_heap()) {
    SetRep(*other.rep());
  } else {
    word_ = other.word_;
  }
}

Status& Status::operator=(const Status& other) {
  if (this != &other) *this = Status(other);
  return *this;
}

Status& Status::operator=(Status&& other) noexcept {
  if (this == &other) return *this;
  if (on_heap()) FreeRep();
  word_ = std::exchange(other.word_, 0);
  return *this;
}

void Status::SetRep(Rep rep) {
  const auto* record = new Rep(std::move(rep));
  word_ = reinterpret_cast<uint64_t>(record);
  MAILROOM_DCHECK(on_heap());
}

void Status::FreeRep() { delete rep(); }

std::string_view Status::message() const {
  if (on_heap()) return rep()->message;
  const auto* text = reinterpret_cast<const char*>(word_ & kPointerMask);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

void Status::AddDetail(ErrorDetail detail) {
  MAILROOM_CHECK(!ok() && "OK has no details: return the reply itself");
  if (!on_heap()) SetRep(Rep{code(), std::string(message()), {}});
  const_cast<Rep*>(rep())->details.push_back(std::move(detail));
}

const std::vector<ErrorDetail>& Status::details() const {
  static const auto* const none = new std::vector<ErrorDetail>();
  return on_heap() ? rep()->details : *none;
}

std::string Status::ToString() const {
  std::string text(CodeName(code()));
  if (!message().empty()) text.append(": ").append(message());
  return text;
}

bool operator==(const Status& a, const Status& b) {
  if (a.word_ == b.word_) return true;
  const auto same = [](const ErrorDetail& x, const ErrorDetail& y) {
    return x.type == y.type && x.value == y.value;
  };
  return a.code() == b.code() && a.message() == b.message() &&
         std::equal(a.details().begin(), a.details().end(), b.details().begin(), b.details().end(),
                    same);
}

Status InvalidArgument(std::string message) {
  return Status(Code::kInvalidArgument, std::move(message));
}
Status NotFound(std::string message) { return Status(Code::kNotFound, std::move(message)); }
Status AlreadyExists(std::string message) {
  return Status(Code::kAlreadyExists, std::move(message));
}
Status FailedPrecondition(std::string message) {
  return Status(Code::kFailedPrecondition, std::move(message));
}
Status PermissionDenied(std::string message) {
  return Status(Code::kPermissionDenied, std::move(message));
}
Status ResourceExhausted(std::string message) {
  return Status(Code::kResourceExhausted, std::move(message));
}
Status Unimplemented(std::string message) {
  return Status(Code::kUnimplemented, std::move(message));
}
Status Unavailable(std::string message) { return Status(Code::kUnavailable, std::move(message)); }
Status Internal(std::string message) { return Status(Code::kInternal, std::move(message)); }

Status MissingValue() {
  return Status::Static(Code::kInternal, "an OK Status was returned where a value is due");
}

}  // namespace mailroom
