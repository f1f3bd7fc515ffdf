// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// Status codes in words (RFC 9110 s15 and the IANA registry).
namespace mailroom::http {

// "HTTP/1.1 404 Not Found\r\n"; empty for a status that has no name here.
std::string_view StatusLine(int status);

// "Not Found"; empty for a status that has no name here.
std::string_view ReasonPhrase(int status);

}  // namespace mailroom::http
