// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/wire_metadata.h"

#include <algorithm>
#include <utility>

#include "mailroom/base/ascii.h"
#include "mailroom/base/check.h"
#include "mailroom/http/field_list.h"
#include "mailroom/http/field_name.h"
#include "mailroom/rpc/base64.h"
#include "mailroom/rpc/error_bounds.h"

namespace mailroom::rpc {
namespace {

// Each value of a joined field gets a key of its own: a head of 24 KiB with as many
// commas as bytes in the name would grow to 60 MB.
constexpr size_t kMaxMetadataBytes = size_t{64} * 1024;

// Header-Name in the protocols' grammars, narrower than HTTP's token.
bool IsKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

Status Refuse(std::string_view key, std::string_view why) {
  std::string words = "the handler's metadata cannot be sent: key \"";
  words.append(CutEcho(key)).append("\" ").append(why);
  return Internal(std::move(words));
}

Status CheckEntry(const Metadata::Entry& entry) {
  if (!IsKey(entry.key)) return Refuse(entry.key, "has characters other than a-z 0-9 _ - .");
  if (entry.key.starts_with("connect-") || entry.key.starts_with("grpc-")) {
    return Refuse(entry.key, "belongs to the protocol");
  }
  // ASCII-Value in the protocols' grammars.
  if (Metadata::IsBinary(entry.key) || IsPrintable(entry.value)) return Status();
  return Refuse(entry.key,
                "has a value that is not printable ASCII (\"-bin\" keys take any bytes)");
}

bool IsBinaryName(std::string_view name) {
  return name.size() >= 4 && EqualsIgnoreCase(name.substr(name.size() - 4), "-bin");
}

// The part of *text that was appended since it had `before` bytes.
std::string_view Tail(const std::string& text, size_t before) {
  return std::string_view(text).substr(before);
}

}  // namespace

Status AddRequestField(const http::Field& field, Metadata* metadata) {
  if (!IsBinaryName(field.name)) {
    metadata->Add(field.name, field.value);
    return Status();
  }
  std::string_view rest = field.value;
  std::string bytes;
  do {
    bytes.clear();
    if (!DecodeBase64(http::TakeElement(&rest, ','), &bytes)) {
      std::string words = "header \"";
      words.append(CutEcho(field.name)).append("\" is not base64");
      return InvalidArgument(std::move(words));
    }
    metadata->Add(field.name, bytes);
    if (metadata->bytes() > kMaxMetadataBytes) {
      return Status::Static(Code::kInvalidArgument,
                            "the values of a \"-bin\" header are too many for their name's length");
    }
  } while (!rest.empty());
  return Status();
}

Status CheckLeading(const Metadata& metadata) {
  for (size_t i = 0; i < metadata.size(); ++i) {
    const Metadata::Entry entry = metadata[i];
    MAILROOM_RETURN_IF_ERROR(CheckEntry(entry));
    // The engine writes a date of its own.
    if (http::IsTransport(http::RecognizeField(entry.key)) || entry.key == "date") {
      return Refuse(entry.key, "belongs to HTTP");
    }
    // It would come out as trailing metadata.
    if (entry.key.starts_with("trailer-")) return Refuse(entry.key, "belongs to the protocol");
  }
  return Status();
}

Status CheckTrailing(const Metadata& metadata) {
  for (size_t i = 0; i < metadata.size(); ++i) {
    MAILROOM_RETURN_IF_ERROR(CheckEntry(metadata[i]));
  }
  return Status();
}

size_t ListSize(const Metadata& metadata, std::string_view prefix) {
  constexpr size_t kFieldOverhead = 32;
  size_t size = 0;
  for (size_t i = 0; i < metadata.size(); ++i) {
    const auto [key, value] = metadata[i];
    const bool binary = Metadata::IsBinary(key);
    size += prefix.size() + key.size() + kFieldOverhead;
    size += binary ? Base64Size(value.size()) : value.size();
  }
  return size;
}

Status CheckSize(size_t list_size) {
  if (list_size <= kMaxAnswerMetadata) return Status();
  return Internal("the handler's metadata cannot be sent: " + std::to_string(list_size) +
                  " bytes of headers and trailers are more than the " +
                  std::to_string(kMaxAnswerMetadata) + " that clients and proxies surely take");
}

size_t ComposedSize(const Metadata& metadata, std::string_view prefix) {
  size_t size = 0;
  for (size_t i = 0; i < metadata.size(); ++i) {
    const Metadata::Entry entry = metadata[i];
    if (!prefix.empty()) size += prefix.size() + entry.key.size();
    if (Metadata::IsBinary(entry.key)) size += Base64Size(entry.value.size());
  }
  return size;
}

void AppendFields(const Metadata& metadata, std::string_view prefix, http::Headers* fields,
                  std::string* text) {
  MAILROOM_DCHECK(text->capacity() - text->size() >= ComposedSize(metadata, prefix));
  for (size_t i = 0; i < metadata.size(); ++i) {
    auto [key, value] = metadata[i];
    const bool binary = Metadata::IsBinary(key);
    if (!prefix.empty()) {
      const size_t before = text->size();
      text->append(prefix).append(key);
      key = Tail(*text, before);
    }
    if (binary) {
      const size_t before = text->size();
      AppendBase64(value, text);
      value = Tail(*text, before);
    }
    fields->Add(key, value);
  }
}

}  // namespace mailroom::rpc
