// SPDX-License-Identifier: Apache-2.0
#include "mailroom/tools/protoc_gen_mailroom/names.h"

#include <string>
#include <unordered_set>

#include <google/protobuf/compiler/cpp/names.h>

namespace mailroom::tools {
namespace {

namespace cpp = google::protobuf::compiler::cpp;

// Each between spaces.
constexpr std::string_view kKeywords =
    " NULL alignas alignof and and_eq asm assert auto bitand bitor bool break case catch"
    " char char16_t char32_t char8_t class co_await co_return co_yield compl concept"
    " const const_cast consteval constexpr constinit continue decltype default delete do"
    " double dynamic_cast else enum explicit export extern false float for friend goto if"
    " inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq"
    " private protected public register reinterpret_cast requires return short signed"
    " sizeof static static_assert static_cast struct switch template this thread_local"
    " throw true try typedef typeid typename union unsigned using virtual void volatile"
    " wchar_t while xor xor_eq ";

// What a class derived from services::ServiceActor must not hide, and the client's
// own member.
bool IsMember(std::string_view name) {
  static const std::unordered_set<std::string_view> members = {
      "Complete", "CompleteError", "Failed",    "Receive",  "Settle", "Spec",
      "Start",    "Stop",          "TakesMail", "channel_", "place",  "spec",
  };
  return members.contains(name);
}

}  // namespace

bool IsKeyword(std::string_view word) {
  const std::string wanted = " " + std::string(word) + " ";
  return kKeywords.find(wanted) != std::string_view::npos;
}

bool HasKeyword(std::string_view qualified) {
  while (!qualified.empty()) {
    const size_t end = qualified.find("::");
    if (IsKeyword(qualified.substr(0, end))) return true;
    qualified = end == std::string_view::npos ? "" : qualified.substr(end + 2);
  }
  return false;
}

std::string BasePath(const google::protobuf::FileDescriptor& file) {
  return cpp::StripProto(file.name());
}

std::string Namespace(const google::protobuf::FileDescriptor& file) {
  // A message's name tells how this libprotoc writes the package.
  if (file.message_type_count() > 0) {
    const std::string name = cpp::QualifiedClassName(file.message_type(0));
    const size_t end = name.rfind("::");
    return end < 2 ? "" : name.substr(2, end - 2);
  }
  std::string name;
  for (const char letter : file.package()) {
    if (letter == '.') {
      name += "::";
    } else {
      name += letter;
    }
  }
  return name;
}

std::string TypeName(const google::protobuf::Descriptor& message) {
  return cpp::QualifiedClassName(&message);
}

std::string ShortTypeName(const google::protobuf::Descriptor& message,
                          const google::protobuf::FileDescriptor& from) {
  if (message.file()->package() == from.package()) return cpp::ClassName(&message);
  return TypeName(message).substr(2);
}

std::string MethodName(const google::protobuf::MethodDescriptor& method) {
  const std::string& name = method.name();
  const bool taken =
      IsKeyword(name) || IsMember(name) || name == method.service()->name() + "Client";
  return taken ? name + "_" : name;
}

std::string Quoted(std::string_view text) {
  static constexpr char kDigits[] = "01234567";
  std::string quoted = "\"";
  for (const char letter : text) {
    const unsigned char byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      quoted += '\\';
      quoted += letter;
    } else if (byte >= 0x20 && byte < 0x7f && letter != '?') {  // ??x may be a trigraph
      quoted += letter;
    } else {
      // Three octal digits: no letter that follows can be taken for a fourth.
      quoted += '\\';
      quoted += kDigits[byte >> 6];
      quoted += kDigits[(byte >> 3) & 7];
      quoted += kDigits[byte & 7];
    }
  }
  return quoted + '"';
}

}  // namespace mailroom::tools
