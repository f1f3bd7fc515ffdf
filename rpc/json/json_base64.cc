// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/json/json_base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace mailroom::rpc {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Above the six bits of a character: which alphabet has it.
constexpr uint8_t kStandardOnly = 0x40;
constexpr uint8_t kUrlOnly = 0x80;
constexpr uint8_t kNeither = kStandardOnly | kUrlOnly;

constexpr std::array<uint8_t, 256> MakeDecodeTable() {
  std::array<uint8_t, 256> table{};
  table.fill(kNeither);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    const uint8_t alphabet = i < 62 ? 0 : kStandardOnly;
    table[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i | alphabet);
  }
  table['-'] = 62 | kUrlOnly;
  table['_'] = 63 | kUrlOnly;
  return table;
}

constexpr std::array<uint8_t, 256> kSextets = MakeDecodeTable();

char* WriteGroup(uint32_t bits, char* to) {
  for (int shift = 18; shift >= 0; shift -= 6) *to++ = kAlphabet[bits >> shift & 63];
  return to;
}

}  // namespace

void AppendJsonBase64(BytesView bytes, ScratchBuffer* out) {
  const auto byte = [&bytes](size_t i) -> uint32_t { return static_cast<uint8_t>(bytes[i]); };
  char* to = out->Reserve((bytes.size() + 2) / 3 * 4);
  for (; bytes.size() >= 3; bytes.remove_prefix(3)) {
    to = WriteGroup(byte(0) << 16 | byte(1) << 8 | byte(2), to);
  }
  if (!bytes.empty()) {
    const bool two = bytes.size() == 2;
    to = WriteGroup(byte(0) << 16 | (two ? byte(1) << 8 : 0), to);
    to[-1] = '=';
    if (!two) to[-2] = '=';
  }
  out->EndAt(to);
}

bool DecodeJsonBase64(std::string_view text, ScratchBuffer* out) {
  if (text.size() % 4 == 0) {
    if (text.ends_with('=')) text.remove_suffix(1);
    if (text.ends_with('=')) text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) return false;
  char* to = out->Reserve(text.size());
  uint32_t bits = 0;
  int count = 0;  // bits that wait to be written
  uint8_t alphabets = 0;
  for (const char c : text) {
    const uint8_t sextet = kSextets[static_cast<uint8_t>(c)];
    alphabets |= sextet & kNeither;
    bits = bits << 6 | (sextet & 63);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    *to++ = static_cast<char>(bits >> count & 0xFF);
  }
  if (alphabets == kNeither || (bits & ((1u << count) - 1)) != 0) return false;
  out->EndAt(to);
  return true;
}

}  // namespace mailroom::rpc
