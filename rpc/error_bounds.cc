// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/error_bounds.h"

#include <algorithm>
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

// U+FFFD.
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// At most `size` bytes of UTF-8; looks at no more than so many of `text`. The note of what
// is cut is no longer than one of all of it.
std::string CutText(std::string_view text, size_t size) {
  const size_t room = size - CutNote(text.size()).size();
  std::string written;
  size_t kept = 0;       // of `written`: what a note still fits behind
  size_t kept_from = 0;  // of `text`: what that is
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8Length(text.substr(at));
    const std::string_view character = length > 0 ? text.substr(at, length) : kReplacement;
    if (written.size() + character.size() > size) {
      return written.substr(0, kept) + CutNote(text.size() - kept_from);
    }
    written.append(character);
    at += std::max(length, size_t{1});
    if (written.size() > room) continue;
    kept = written.size();
    kept_from = at;
  }
  return written;
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
  return error.message().size() <= kMaxErrorText && IsUtf8(error.message()) &&
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

std::string CutEcho(std::string_view text) {
  constexpr size_t kEchoed = 200;  // two lines of a terminal: enough to find the mistake
  std::string cut(Utf8Start(text, kEchoed));
  if (cut.size() < text.size()) cut.append("...");
  return cut;
}

}  // namespace mailroom::rpc
