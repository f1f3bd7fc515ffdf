// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "mailroom/http/limits.h"

// Row: one raw request of a verdict table.
namespace mailroom::http::testing {

struct Row {
  std::string name;
  std::string section;  // of RFC 9112 unless another is named
  std::string raw;
  std::string want;  // as testing/transcript.h writes it
  std::string says;  // what the refusal's text must contain
};

inline void PrintTo(const Row& row, std::ostream* out) { *out << row.section; }

// Bytes with NULs among them.
template <size_t N>
std::string Bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

// GET / with these field lines, each ended by its own CRLF.
inline std::string Get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }

// POST /p with a Host, these field lines, and `rest` behind the head.
inline std::string Post(const std::string& fields, const std::string& rest) {
  return "POST /p HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + rest;
}

inline std::string Chunked(const std::string& body) {
  return Post("Transfer-Encoding: chunked\r\n", body);
}

// A request line followed by a Host.
inline std::string Line(const std::string& line) { return line + "\r\nHost: a\r\n\r\n"; }

}  // namespace mailroom::http::testing
