// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>

// What things of a .proto are called in C++. Messages and packages follow protobuf's
// own C++ generator, asked through libprotoc; the rest is ours.
namespace mailroom::tools {

// A keyword of C++20, or a macro that <cstddef> or <cassert> brings.
bool IsKeyword(std::string_view word);
// Whether a part of a name like "::a::b::C" is a keyword: protobuf escapes message
// names that were keywords in 2011, and in its older releases no packages at all.
bool HasKeyword(std::string_view qualified);

// "foo/bar.proto" -> "foo/bar".
std::string BasePath(const google::protobuf::FileDescriptor& file);
// "a::b"; empty for a file without a package.
std::string Namespace(const google::protobuf::FileDescriptor& file);
// "::a::b::Outer_Inner".
std::string TypeName(const google::protobuf::Descriptor& message);
// The same for people: without a namespace when it is the namespace of `from`.
std::string ShortTypeName(const google::protobuf::Descriptor& message,
                          const google::protobuf::FileDescriptor& from);
// The method's handler, and the function of the client: the method's own name, or
// that and an underscore if it is a keyword or would hide a member of the actor's
// base or of the client ("delete" -> "delete_", "Stop" -> "Stop_").
std::string MethodName(const google::protobuf::MethodDescriptor& method);

// `text` as a C++ string literal, quotes included.
std::string Quoted(std::string_view text);

}  // namespace mailroom::tools
