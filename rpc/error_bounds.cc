// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/error_bounds.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailroom/base/utf8.h"

namespace mailroom::rpc {
namespace {

// How many of the first details fit.
size_t CountFitting(const std::vector<ErrorDetail>& details) {
  size_t count = 0;
  size_t bytes = 0;
  for (const ErrorDetail& detail : details) {
    bytes += detail.type.size() + detail.value.size() + detail.debug.size();
    if (bytes > kMaxErrorDetailBytes || count == kMaxErrorDetails) break;
    ++count;
  }
  return count;
}

std::string CutNote(size_t bytes) { return "... (" + std::to_string(bytes) + " more bytes)"; }

// At most `size` bytes. The note of what is cut is no longer than one of all of it.
std::string CutText(std::string_view text, size_t size) {
  if (text.size() <= size) return std::string(text);
  const std::string_view kept = Utf8Start(text, size - CutNote(text.size()).size());
  return std::string(kept) + CutNote(text.size() - kept.size());
}

std::string LeftOutNote(size_t details, std::string_view text) {
  if (details == 0) return {};
  const std::string separator = text.empty() ? "(" : " (";
  return separator + std::to_string(details) + (details == 1 ? " detail" : " details") +
         " left out)";
}

}  // namespace

bool IsBounded(const Status& error) {
  if (error.ok()) return true;
  return error.message().size() <= kMaxErrorText &&
         CountFitting(error.details()) == error.details().size();
}

Status BoundError(Status error) {
  if (IsBounded(error)) return error;
  const size_t kept = CountFitting(error.details());
  const std::string note = LeftOutNote(error.details().size() - kept, error.message());
  Status bounded(error.code(), CutText(error.message(), kMaxErrorText - note.size()) + note);
  for (size_t i = 0; i < kept; ++i) bounded.AddDetail(error.details()[i]);
  return bounded;
}

}  // namespace mailroom::rpc
