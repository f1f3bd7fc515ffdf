// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/protocols.h"

#include <array>
#include <optional>
#include <string>

#include "mailroom/rpc/connect/connect_error.h"
#include "mailroom/rpc/connect/connect_unary.h"

namespace mailroom::rpc {

std::span<const Protocol* const> Protocols() {
  static const std::array<const Protocol*, 1> kProtocols = {&ConnectUnary()};
  return kProtocols;
}

Claim FindProtocol(std::string_view method, std::string_view content_type) {
  for (const Protocol* protocol : Protocols()) {
    const std::optional<WireFormat> format = protocol->Claims(method, content_type);
    if (format) return Claim{protocol, *format};
  }
  return Claim{};
}

std::string_view AcceptPost() { return "application/json, application/proto"; }

void WriteHttpError(int status, Code code, std::string_view message, Answer* answer) {
  answer->Clear();
  answer->status = status;
  answer->content_type = "application/json";
  AppendConnectError(Status(code, std::string(message)), &answer->body);
}

}  // namespace mailroom::rpc
