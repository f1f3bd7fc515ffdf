// SPDX-License-Identifier: Apache-2.0
#pragma once

// libprotobuf's own log.
//
// The library writes a line to stderr whenever a string is not UTF-8, a peer's as well
// as ours, so strangers could fill a server's log. Of a peer's our codecs report the
// same as a Status: the line adds nothing. Of ours the binary form reports nothing else,
// so that is noted for whoever wrote the message. The switch is the library's and holds
// for the whole process: a program that wants those lines does not call it.
namespace mailroom::rpc {

// Before the first thread that uses protobuf, from main() or what it wires.
void SilenceProtobufLog();

// True when a message with such a string was written on this thread since the last call.
// Always false in a program that has not called SilenceProtobufLog().
bool TakeNonUtf8Written();

}  // namespace mailroom::rpc
