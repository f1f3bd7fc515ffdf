// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// RawRequest: the bytes of one request looked at with the plainest means, to tell
// what is odd about them. Written from RFC 9112 and nothing of http/.
namespace mailroom::fuzz {

struct RawRequest {
  // `bytes` begin with the request and end with it.
  explicit RawRequest(std::string_view bytes);

  // The trimmed values of all fields of that name (in lower case).
  std::vector<std::string_view> Values(std::string_view name) const;

  std::string_view bytes;
  size_t empty_lines = 0;  // in front
  std::string_view line;   // the request line
  std::string_view method;
  std::string_view target;
  std::string_view version;
  std::vector<std::pair<std::string, std::string_view>> fields;
  std::vector<std::string_view> chunk_lines;  // sizes and extensions, the last chunk's, too
  std::vector<std::pair<std::string, std::string_view>> trailers;
};

bool HasLoneLineEnd(const RawRequest& request);
bool HasFoldedLine(const RawRequest& request);
bool HasNamelessField(const RawRequest& request);
bool HasOddRequestLine(const RawRequest& request);
bool HasOddTarget(const RawRequest& request);
bool IsConnect(const RawRequest& request);
bool HasOddHost(const RawRequest& request);
bool HasSeveralTypes(const RawRequest& request);
bool HasOtherExpectation(const RawRequest& request);
bool HasOddCoding(const RawRequest& request);
bool HasOddConnection(const RawRequest& request);
bool HasFramingTrailer(const RawRequest& request);
bool HasOddExtension(const RawRequest& request);
bool HasExtensionBehindToken(const RawRequest& request);
bool HasSpaceInExtension(const RawRequest& request);
bool HasQuotedPair(const RawRequest& request);
bool HasTabBehindFraming(const RawRequest& request);
bool HasManyEmptyLines(const RawRequest& request);

}  // namespace mailroom::fuzz
