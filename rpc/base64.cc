// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/base64.h"

#include <array>
#include <cstdint>

namespace mailroom::rpc {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNone = 64;

constexpr std::array<uint8_t, 256> MakeDecodeTable() {
  std::array<uint8_t, 256> table{};
  table.fill(kNone);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  }
  return table;
}

constexpr std::array<uint8_t, 256> kSextets = MakeDecodeTable();

}  // namespace

void AppendBase64(BytesView bytes, std::string* out) {
  uint32_t bits = 0;
  int count = 0;  // bits that wait to be written
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<uint8_t>(byte);
    for (count += 8; count >= 6; count -= 6) {
      out->push_back(kAlphabet[bits >> (count - 6) & 63]);
    }
  }
  if (count > 0) out->push_back(kAlphabet[bits << (6 - count) & 63]);
}

bool DecodeBase64(std::string_view text, std::string* out) {
  if (text.size() % 4 == 0) {
    if (text.ends_with('=')) text.remove_suffix(1);
    if (text.ends_with('=')) text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) return false;
  const size_t before = out->size();
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const uint8_t sextet = kSextets[static_cast<uint8_t>(c)];
    if (sextet == kNone) {
      out->resize(before);
      return false;
    }
    bits = bits << 6 | sextet;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out->push_back(static_cast<char>(bits >> count & 0xFF));
  }
  return true;
}

}  // namespace mailroom::rpc
