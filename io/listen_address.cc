// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/listen_address.h"

#include <charconv>

namespace mailroom::io {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr std::string_view kDescriptorPrefix = "fd:";

Status Bad(std::string_view text, std::string_view why) {
  return InvalidArgument("address \"" + std::string(text) + "\": " + std::string(why));
}

}  // namespace

Result<ListenAddress> ListenAddress::Parse(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) {
    ListenAddress where(Kind::kUnix);
    where.path_ = text.substr(kUnixPrefix.size());
    if (where.path_.empty() || where.path_ == "@") {
      return Bad(text, "a path must follow, as in unix:/run/mailroom.sock");
    }
    if (where.path_.size() > kMaxUnixPath) {
      return Bad(text, "the path has " + std::to_string(where.path_.size()) +
                           " bytes, the kernel takes " + std::to_string(kMaxUnixPath));
    }
    if (where.path_.find('\0') != std::string::npos) {
      return Bad(text, "a path cannot hold a zero byte");
    }
    return where;
  }
  if (text.starts_with(kDescriptorPrefix)) {
    ListenAddress where(Kind::kDescriptor);
    const std::string_view digits = text.substr(kDescriptorPrefix.size());
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, where.descriptor_);
    if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != end || where.descriptor_ < 0) {
      return Bad(text, "the number of a descriptor must follow, as in fd:3");
    }
    return where;
  }
  ListenAddress where(Kind::kTcp);
  MAILROOM_ASSIGN_OR_RETURN(where.address_, Address::Parse(text));
  return where;
}

std::string ListenAddress::ToString() const {
  switch (kind_) {
    case Kind::kTcp:
      return address_.ToString();
    case Kind::kUnix:
      return std::string(kUnixPrefix) + path_;
    case Kind::kDescriptor:
      return std::string(kDescriptorPrefix) + std::to_string(descriptor_);
  }
  return "-";
}

}  // namespace mailroom::io
