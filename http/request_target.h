// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mailroom/http/fault.h"

// The request target's four forms (RFC 9112 s3.2) and the Host field. Private.
namespace mailroom::http {

struct TargetParts {
  std::string_view path;       // "*" for OPTIONS of the server as a whole
  std::string_view query;      // behind '?'
  std::string_view authority;  // absolute form only: it stands in for Host (s3.2.2)
};

// Parts are views into `target`. Nothing is decoded or normalised.
Fault SplitTarget(std::string_view method, std::string_view target, TargetParts* parts);

// host[:port] as RFC 3986 s3.2.2 has it; the empty value is valid (RFC 9112 s3.2).
bool IsValidHost(std::string_view value);

}  // namespace mailroom::http
