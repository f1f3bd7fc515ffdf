// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/request_target.h"

#include <algorithm>
#include <cstddef>

#include "mailroom/base/ascii.h"
#include "mailroom/http/char_class.h"
#include "mailroom/http/headers.h"

namespace mailroom::http {
namespace {

// Splits "path?query"; the path may be empty.
void SplitPath(std::string_view text, TargetParts* parts) {
  const size_t mark = std::min(text.find('?'), text.size());
  parts->path = text.substr(0, mark);
  parts->query = text.substr(std::min(mark + 1, text.size()));
}

bool HasScheme(std::string_view target, std::string_view scheme) {
  return EqualsIgnoreCase(target.substr(0, scheme.size()), scheme);
}

Fault SplitAbsolute(std::string_view method, std::string_view target, TargetParts* parts) {
  constexpr std::string_view kHttp = "http://";
  // RFC 9110 s7.4: never over a connection that is not secured.
  if (HasScheme(target, "https://")) return Fault::kHttpsTarget;
  if (!HasScheme(target, kHttp)) return Fault::kTarget;
  const std::string_view rest = target.substr(kHttp.size());
  const size_t end = std::min(rest.find_first_of("/?"), rest.size());
  parts->authority = rest.substr(0, end);
  // An http URI without a host is invalid (RFC 9110 s4.2.1).
  if (end == 0 || rest[0] == ':' || !IsValidHost(parts->authority)) return Fault::kTarget;
  SplitPath(rest.substr(end), parts);
  if (parts->path.empty()) {
    // RFC 9112 s3.2.1 and s3.2.4.
    const bool whole_server = method == "OPTIONS" && end == rest.size();
    parts->path = whole_server ? "*" : "/";
  }
  return Fault::kNone;
}

// Percent-encoded bytes count as one character of a registered name.
bool IsRegisteredName(std::string_view host) {
  if (AllAre(kHostChar, host)) return true;
  for (size_t i = 0; i < host.size(); ++i) {
    if (Is(kHostChar, host[i])) continue;
    if (host[i] != '%' || host.size() - i < 3) return false;
    if (!Is(kHexChar, host[i + 1]) || !Is(kHexChar, host[i + 2])) return false;
    i += 2;
  }
  return true;
}

// Between the brackets: an IPv6 address, or "v1.something" (RFC 3986 s3.2.2).
bool IsAddressLiteral(std::string_view inside) {
  if (inside.empty()) return false;
  for (const char ch : inside) {
    if (!Is(kHostChar, ch) && ch != ':') return false;
  }
  return true;
}

}  // namespace

Fault SplitTarget(std::string_view method, std::string_view target, TargetParts* parts) {
  if (!AllAre(kTargetChar, target)) return Fault::kTarget;
  if (method == "CONNECT") return Fault::kConnect;
  if (target[0] == '/') {
    SplitPath(target, parts);
    return Fault::kNone;
  }
  if (target == "*" && method == "OPTIONS") {
    parts->path = target;
    return Fault::kNone;
  }
  return SplitAbsolute(method, target, parts);
}

bool IsValidHost(std::string_view value) {
  size_t port = value.rfind(':');
  if (!value.empty() && value[0] == '[') {
    const size_t close = value.find(']');
    if (close == std::string_view::npos) return false;
    if (!IsAddressLiteral(value.substr(1, close - 1))) return false;
    port = close + 1;
    if (port < value.size() && value[port] != ':') return false;
  } else if (!IsRegisteredName(value.substr(0, port))) {
    return false;
  }
  return port >= value.size() || AllAre(kDigitChar, value.substr(port + 1));
}

}  // namespace mailroom::http
