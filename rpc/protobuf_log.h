// SPDX-License-Identifier: Apache-2.0
#pragma once

// libprotobuf's own log.
//
// The library writes a line to stderr whenever a peer's string is not UTF-8, so
// strangers could fill a server's log. Our codecs report the same as a Status;
// the line adds nothing. The switch is the library's and holds for the whole
// process: a program that wants those lines does not call it.
namespace mailroom::rpc {

// Before the first thread that uses protobuf, from main() or what it wires.
void SilenceProtobufLog();

}  // namespace mailroom::rpc
