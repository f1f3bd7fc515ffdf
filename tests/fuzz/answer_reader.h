// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// AnswerReader: the strictest client there could be, for what our server sends.
//
// Written from RFC 9112 and nothing of http/: what it does not expect ends the
// program (MAILROOM_CHECK). No byte of an answer is left unexplained, so an
// answer that somebody's metadata has split cannot pass.
namespace mailroom::fuzz {

using FieldLines = std::vector<std::pair<std::string, std::string>>;

struct ReadAnswer {
  int status = 0;
  FieldLines fields;
  std::string body;
  FieldLines trailers;

  // The value of the only field of that name (in lower case); null when there is none.
  const std::string* Only(std::string_view name) const;
};

// Takes one answer off *bytes. `to_head`: it answers a HEAD. An answer without
// content-length or chunks takes all that is there.
ReadAnswer TakeAnswer(std::string_view* bytes, bool to_head);

}  // namespace mailroom::fuzz
