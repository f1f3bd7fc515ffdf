// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/protobuf_log.h"

#include <string>
#include <utility>

#include <google/protobuf/stubs/logging.h>

namespace mailroom::rpc {
namespace {

// The library's handler is a plain function without an argument of ours.
constinit thread_local bool non_utf8_written = false;

// 3.21: "String field 'a.B.c' contains invalid UTF-8 data when serializing a protocol
// buffer. ..."; "parsing" when it is a peer's.
void Note(google::protobuf::LogLevel, const char*, int, const std::string& words) {
  if (words.find("UTF-8 data when serializing") != std::string::npos) non_utf8_written = true;
}

}  // namespace

void SilenceProtobufLog() { google::protobuf::SetLogHandler(&Note); }

bool TakeNonUtf8Written() { return std::exchange(non_utf8_written, false); }

}  // namespace mailroom::rpc
