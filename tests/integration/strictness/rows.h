// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

// The table of raw requests and of the verdicts that RFC 9110 and RFC 9112 ask for;
// strictness_test.cc feeds each row to a running server.
//
// A verdict is the statuses of the answers in their order, then what becomes of the
// connection:
//   200 open        answered; the next request on the connection is answered, too
//   400 closed      answered with `connection: close`, then the server ends
//   cut             the request is not complete: nothing is answered, and when the
//                   client ends, the server does
// "200h" is an answer to HEAD: a content-length and no body.
namespace mailroom::tests::strictness {

struct Row {
  std::string name;
  std::string section;  // of RFC 9112 unless another is named
  std::string raw;
  std::string want;
  // What must stand in the answers; with a '!' in front: what must not.
  std::vector<std::string> says = {};
};

inline void PrintTo(const Row& row, std::ostream* out) { *out << row.section; }

using Rows = std::vector<Row>;

Rows RequestLineRows();
Rows TargetRows();
Rows HostRows();
Rows FieldRows();
Rows LengthRows();
Rows EncodingRows();
Rows ChunkRows();
Rows ConnectionRows();
Rows ExpectRows();
Rows PipelineRows();
Rows LimitRows();

// The server of the table: --max-message-bytes, so that a body over it stays small.
inline constexpr size_t kMessageLimit = 1000;

// The call of most rows, and the answer that shows that its body was read as meant.
inline constexpr const char* kPath = "/mailroom.echo.v1.EchoService/Echo";
inline const std::string kHi = R"({"message":"hi"})";  // 16 bytes
inline const std::string kSaidHi = "\r\n\r\n" + kHi;

// Bytes with NULs among them.
template <size_t N>
std::string Bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

inline std::string Repeat(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

// A request line followed by a Host.
inline std::string Line(const std::string& line) { return line + "\r\nHost: a\r\n\r\n"; }

// GET / with these field lines, each ended by its own CRLF.
inline std::string Get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }
inline std::string Get10(const std::string& fields) {
  return "GET / HTTP/1.0\r\n" + fields + "\r\n";
}

// A call with these field lines, and `rest` behind the head.
inline std::string Call(const std::string& fields, const std::string& rest) {
  return std::string("POST ") + kPath +
         " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + fields + "\r\n" + rest;
}
inline std::string Chunked(const std::string& body) {
  return Call("Transfer-Encoding: chunked\r\n", body);
}
// A whole one.
inline std::string Hi() { return Call("Content-Length: 16\r\n", kHi); }

}  // namespace mailroom::tests::strictness
