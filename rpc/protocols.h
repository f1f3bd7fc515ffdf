// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "mailroom/base/status.h"
#include "mailroom/base/wire_format.h"
#include "mailroom/rpc/protocol.h"

// The protocols of this build, and what is answered to a request that none of them speaks.
// Loop thread.
namespace mailroom::rpc {

// All of them, in order of precedence.
std::span<const Protocol* const> Protocols();

struct Claim {
  const Protocol* protocol = nullptr;
  WireFormat format = WireFormat::kProto;
};

// The first that claims; null when none does (then 415 with Accept-Post, or 405).
Claim FindProtocol(std::string_view method, std::string_view content_type);

// The value of Accept-Post for a 415 answer: every content type that is spoken.
std::string_view AcceptPost();

// An answer to a request that no protocol has claimed (404, 405, 415, 503, ...):
// Connect's error object under any HTTP status, readable for curl's users and
// understood by Connect clients. Further headers may be added behind it.
void WriteHttpError(int status, Code code, std::string_view message, Answer* answer);

}  // namespace mailroom::rpc
