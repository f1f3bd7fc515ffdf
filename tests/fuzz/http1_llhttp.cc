// SPDX-License-Identifier: Apache-2.0
// Our HTTP/1.1 engine beside llhttp in its strict mode: both refuse a request, or both take it with
// the same method, target and body, and find the next request at the same byte. Two servers in a
// row that disagree on that are what request smuggling needs.
//
// llhttp takes much that RFC 9112 forbids; kLaxities has each case that was seen, with its reason.
// An input is then let pass, so the list is part of the claim: keep it narrow.
//
// Input: the bytes that a client sends.

#include <llhttp.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "mailroom/base/check.h"
#include "mailroom/tests/fuzz/exchanges.h"
#include "mailroom/tests/fuzz/raw_request.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

enum class Verdict { kTaken, kIncomplete, kRefused };

struct Judged {
  Verdict verdict = Verdict::kIncomplete;
  Request request;
  llhttp_errno_t error = HPE_OK;
};

// The i-th request of what we made of all the bytes.
Judged JudgeByOurs(const Exchanges& said, size_t i) {
  Judged judged;
  if (i < said.complete.size()) {
    judged.verdict = Verdict::kTaken;
    judged.request = said.complete[i];
  } else if (said.refused) {
    judged.verdict = Verdict::kRefused;
  }
  return judged;
}

Request& RequestOf(llhttp_t* parser) { return *static_cast<Request*>(parser->data); }

llhttp_settings_t MakeSettings() {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_url = [](llhttp_t* parser, const char* at, size_t size) {
    RequestOf(parser).target.append(at, size);
    return 0;
  };
  settings.on_body = [](llhttp_t* parser, const char* at, size_t size) {
    RequestOf(parser).body.append(at, size);
    return 0;
  };
  settings.on_message_complete = [](llhttp_t* parser) {
    const auto method = static_cast<llhttp_method_t>(llhttp_get_method(parser));
    RequestOf(parser).method = llhttp_method_name(method);
    return static_cast<int>(HPE_PAUSED);
  };
  return settings;
}

Judged JudgeByLlhttp(std::string_view bytes) {
  static const llhttp_settings_t settings = MakeSettings();
  Judged judged;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &judged.request;
  const llhttp_errno_t error = llhttp_execute(&parser, bytes.data(), bytes.size());
  if (error == HPE_OK) return judged;
  judged.verdict = error == HPE_PAUSED ? Verdict::kTaken : Verdict::kRefused;
  judged.error = error;
  judged.request.end = static_cast<size_t>(llhttp_get_error_pos(&parser) - bytes.data());
  return judged;
}

// What llhttp takes and we refuse; `seen` tells whether it is in the bytes of the request.
struct Laxity {
  const char* what;
  bool (*seen)(const RawRequest& request);
};

constexpr Laxity kLaxities[] = {
    {"a CR or an LF alone ends a line (CVE-2023-30589, llhttp#877)", HasLoneLineEnd},
    {"a folded line goes on (CVE-2024-27982)", HasFoldedLine},
    {"a field has no name before its colon; RFC 9110 s5.1: a token is a character at least",
     HasNamelessField},
    {"HTTP/0.9, 2.0 and others, several spaces, any method of its list with any protocol",
     HasOddRequestLine},
    {"a target is hardly looked at: fragments, authority without a host, bytes above 0x7f",
     HasOddTarget},
    {"CONNECT: a tunnel, which we are not", IsConnect},
    {"Host is nobody's business", HasOddHost},
    {"several Content-Type fields are left to the program (RFC 9110 s5.3)", HasSeveralTypes},
    {"an Expect that is not known is left to the program", HasOtherExpectation},
    {"codings besides chunked, in HTTP/1.0 too, are left to the program", HasOddCoding},
    {"Connection is searched for words, not read as a list of tokens; in trailers not even that; "
     "Proxy-Connection likewise",
     HasOddConnection},
    {"Content-Length and Transfer-Encoding in trailers (RFC 9110 s6.5.1)", HasFramingTrailer},
    {"a chunk extension has no name, or behind its equals sign no token or quoted string; DEL in a "
     "quoted one (RFC 9112 s7.1.1)",
     HasOddExtension},
    {"any number of empty lines may stand in front", HasManyEmptyLines},
};

// What we take and llhttp refuses, in its words for it.
bool IsKnownStrictness(const RawRequest& request, llhttp_errno_t error) {
  // It knows the methods of a list, and no minor version behind 1 (RFC 9110 s2.5).
  if (error == HPE_INVALID_METHOD || error == HPE_INVALID_VERSION) return true;
  // RFC 9112 s5: white space behind a value is no part of it, and a tab is white space.
  if (error == HPE_INVALID_CONTENT_LENGTH || error == HPE_INVALID_TRANSFER_ENCODING) {
    return HasTabBehindFraming(request);
  }
  if (error != HPE_STRICT && error != HPE_INVALID_CHUNK_SIZE) return false;
  // It refuses any extension behind one whose value is a token: ";a=b;c".
  if (error == HPE_INVALID_CHUNK_SIZE && HasExtensionBehindToken(request)) return true;
  // RFC 9112 s7.1.1: white space round an extension's name and value must be read; a quoted value
  // may hold a backslash and any character behind it (RFC 9110 s5.6.4).
  return HasSpaceInExtension(request) || HasQuotedPair(request);
}

bool IsKnown(std::string_view bytes, const Judged& ours, const Judged& theirs) {
  if (ours.verdict == Verdict::kTaken) {
    return IsKnownStrictness(RawRequest(bytes.substr(0, ours.request.end)), theirs.error);
  }
  const RawRequest request(bytes.substr(0, theirs.request.end));
  return std::any_of(std::begin(kLaxities), std::end(kLaxities),
                     [&request](const Laxity& laxity) { return laxity.seen(request); });
}

// Ours may refuse while llhttp still waits, and the other way round: nobody acts on that.
bool Agree(const Judged& ours, const Judged& theirs) {
  if (ours.verdict == theirs.verdict) {
    return ours.verdict != Verdict::kTaken || ours.request == theirs.request;
  }
  return ours.verdict != Verdict::kTaken && theirs.verdict != Verdict::kTaken;
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailroom::fuzz;
  const ExactCopy memory(Text(data, size));
  const std::string_view bytes = memory.view();
  Feeding feeding;
  // llhttp has no bounds: ours are the other target's.
  feeding.limits.header_count = size;
  const Exchanges said = Feed(feeding, bytes, {});
  size_t begin = 0;
  for (size_t i = 0; i <= said.complete.size(); ++i) {
    if (i == said.complete.size() && said.must_close && !said.refused) break;
    Judged ours = JudgeByOurs(said, i);
    ours.request.end -= begin;
    const std::string_view rest = bytes.substr(begin);
    const Judged theirs = JudgeByLlhttp(rest);
    if (!Agree(ours, theirs)) {
      MAILROOM_CHECK(IsKnown(rest, ours, theirs));
      break;
    }
    begin += ours.request.end;
  }
  return 0;
}
