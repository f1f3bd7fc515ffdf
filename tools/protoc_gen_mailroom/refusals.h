// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <google/protobuf/descriptor.h>

// What stops the build, each with the place in the .proto and what to do about it.
namespace mailroom::tools {

// One line for each reason why nothing can be generated from `file`, written as
// compilers do: "foo.proto:12:3: ...". Empty: all is well.
std::string Refusals(const google::protobuf::FileDescriptor& file);

}  // namespace mailroom::tools
