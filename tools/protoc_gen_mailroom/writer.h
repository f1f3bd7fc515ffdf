// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/printer.h>

// The text of the two generated files. REQUIRES: no Refusals(file).
//
// All names in it are written from the root (::mailroom::..., ::std::...): a user's
// package may have a part called mailroom or google.
namespace mailroom::tools {

void WriteHeader(const google::protobuf::FileDescriptor& file,
                 google::protobuf::io::Printer& printer);
void WriteSource(const google::protobuf::FileDescriptor& file,
                 google::protobuf::io::Printer& printer);

}  // namespace mailroom::tools
