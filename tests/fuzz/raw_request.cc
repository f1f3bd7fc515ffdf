// SPDX-License-Identifier: Apache-2.0
#include "mailroom/tests/fuzz/raw_request.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

using Fields = std::vector<std::pair<std::string, std::string_view>>;

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string_view TakeLine(std::string_view* rest) {
  const size_t end = std::min(rest->find("\r\n"), rest->size());
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 2, rest->size()));
  return line;
}

Fields TakeFields(std::string_view* rest) {
  Fields fields;
  for (;;) {
    std::string_view field = TakeLine(rest);
    if (field.empty()) return fields;
    const std::string_view name = TakeUntil(':', &field);
    fields.emplace_back(Lower(name), Trim(field));
  }
}

// Of the line that begins a chunk; 0 is the last one, or no chunk.
size_t ChunkSizeOf(std::string_view line) {
  size_t size = 0;
  std::from_chars(line.data(), line.data() + line.size(), size, 16);
  return size;
}

// Takes what stands in front of the next `;` outside of quotes, and that.
std::string_view TakeExtension(std::string_view* rest) {
  bool quoted = false;
  size_t end = 0;
  for (; end < rest->size() && (quoted || (*rest)[end] != ';'); ++end) {
    if (quoted && (*rest)[end] == '\\') ++end;
    if (end < rest->size() && (*rest)[end] == '"') quoted = !quoted;
  }
  end = std::min(end, rest->size());
  const std::string_view extension = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return extension;
}

// RFC 9110 s5.6.4: no control character but tab; a quote or a backslash only behind a backslash.
bool IsQuotedString(std::string_view text) {
  if (text.size() < 2 || text.front() != '"') return false;
  size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && ++at == text.size()) return false;
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == 0x7f || (byte < ' ' && byte != '\t')) return false;
  }
  return at + 1 == text.size();
}

// Neither a token nor a quoted string; what is in a token is looked at by both.
bool IsOddValue(std::string_view value) {
  return value.find('"') == std::string_view::npos ? value.empty() : !IsQuotedString(value);
}

// A name and, behind an equals sign, a value.
bool IsOddExtension(std::string_view extension) {
  const bool has_value = extension.find('=') != std::string_view::npos;
  const std::string_view name = Trim(TakeUntil('=', &extension));
  return name.empty() || (has_value && IsOddValue(Trim(extension)));
}

// A plain name or IPv4 address without a port: what nobody could find odd.
bool IsHostLike(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}

// Of a token, the characters that anybody uses.
bool IsTokenLike(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

bool HasNameless(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [](const auto& field) { return field.first.empty(); });
}

bool HasOddTokens(const Fields& fields, std::string_view name) {
  for (auto [key, list] : fields) {
    while (key == name && !list.empty()) {
      const std::string_view word = Trim(TakeUntil(',', &list));
      if (!std::all_of(word.begin(), word.end(), IsTokenLike)) return true;
    }
  }
  return false;
}

}  // namespace

RawRequest::RawRequest(std::string_view all) : bytes(all) {
  std::string_view rest = all;
  while (rest.starts_with("\r\n")) {
    rest.remove_prefix(2);
    ++empty_lines;
  }
  line = TakeLine(&rest);
  std::string_view words = line;
  method = TakeUntil(' ', &words);
  target = TakeUntil(' ', &words);
  version = words;
  fields = TakeFields(&rest);
  if (Values("transfer-encoding").empty()) return;
  for (;;) {
    chunk_lines.push_back(TakeLine(&rest));
    const size_t size = ChunkSizeOf(chunk_lines.back());
    if (size == 0) break;
    rest.remove_prefix(std::min(size, rest.size()));
    TakeLine(&rest);
  }
  trailers = TakeFields(&rest);
}

std::vector<std::string_view> RawRequest::Values(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : fields) {
    if (key == name) values.push_back(value);
  }
  return values;
}

bool HasLoneLineEnd(const RawRequest& request) {
  const std::string_view bytes = request.bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) return true;
    if (bytes[i] == '\r' && bytes.substr(i + 1, 1) != "\n") return true;
  }
  return false;
}

bool HasFoldedLine(const RawRequest& request) {
  return request.bytes.find("\r\n ") != std::string_view::npos ||
         request.bytes.find("\r\n\t") != std::string_view::npos;
}

bool HasNamelessField(const RawRequest& request) {
  return HasNameless(request.fields) || HasNameless(request.trailers);
}

bool HasOddRequestLine(const RawRequest& request) {
  return request.target.empty() || (request.version != "HTTP/1.1" && request.version != "HTTP/1.0");
}

bool HasOddTarget(const RawRequest& request) {
  return !request.target.starts_with('/') ||
         std::any_of(request.target.begin(), request.target.end(),
                     [](char c) { return c <= ' ' || c > '~' || c == '#'; });
}

bool IsConnect(const RawRequest& request) { return request.method == "CONNECT"; }

bool HasOddHost(const RawRequest& request) {
  const auto hosts = request.Values("host");
  if (hosts.empty()) return request.version == "HTTP/1.1";
  return hosts.size() > 1 || !IsHostLike(hosts[0]);
}

bool HasSeveralTypes(const RawRequest& request) {
  return request.Values("content-type").size() > 1;
}

bool HasOtherExpectation(const RawRequest& request) {
  const auto values = request.Values("expect");
  return std::any_of(values.begin(), values.end(),
                     [](std::string_view value) { return Lower(value) != "100-continue"; });
}

bool HasOddCoding(const RawRequest& request) {
  const auto codings = request.Values("transfer-encoding");
  if (codings.empty()) return false;
  return codings.size() > 1 || Lower(codings[0]) != "chunked" || request.version != "HTTP/1.1";
}

bool HasOddConnection(const RawRequest& request) {
  for (const std::string_view name : {"connection", "proxy-connection"}) {
    if (HasOddTokens(request.fields, name) || HasOddTokens(request.trailers, name)) return true;
  }
  return false;
}

bool HasFramingTrailer(const RawRequest& request) {
  return std::any_of(request.trailers.begin(), request.trailers.end(), [](const auto& field) {
    return field.first == "content-length" || field.first == "transfer-encoding";
  });
}

bool HasOddExtension(const RawRequest& request) {
  for (std::string_view line : request.chunk_lines) {
    if (line.ends_with(';')) return true;
    TakeExtension(&line);  // the size
    while (!line.empty()) {
      if (IsOddExtension(TakeExtension(&line))) return true;
    }
  }
  return false;
}

bool HasExtensionBehindToken(const RawRequest& request) {
  for (std::string_view line : request.chunk_lines) {
    while (!line.empty()) {
      const std::string_view extension = TakeExtension(&line);
      const bool token = extension.find('=') != std::string_view::npos && !extension.ends_with('"');
      if (token && !line.empty()) return true;
    }
  }
  return false;
}

bool HasSpaceInExtension(const RawRequest& request) {
  return std::any_of(
      request.chunk_lines.begin(), request.chunk_lines.end(),
      [](std::string_view line) { return line.find_first_of(" \t") != std::string_view::npos; });
}

bool HasQuotedPair(const RawRequest& request) {
  return std::any_of(
      request.chunk_lines.begin(), request.chunk_lines.end(),
      [](std::string_view line) { return line.find('\\') != std::string_view::npos; });
}

bool HasTabBehindFraming(const RawRequest& request) {
  for (const std::string_view name : {"content-length", "transfer-encoding"}) {
    for (const std::string_view value : request.Values(name)) {
      const auto end = static_cast<size_t>(value.data() + value.size() - request.bytes.data());
      const std::string_view behind = request.bytes.substr(end);
      if (behind.substr(0, behind.find('\r')).find('\t') != std::string_view::npos) return true;
    }
  }
  return false;
}

bool HasManyEmptyLines(const RawRequest& request) { return request.empty_lines > 4; }

}  // namespace mailroom::fuzz
