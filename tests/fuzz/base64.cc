// SPDX-License-Identifier: Apache-2.0
// Base64 as RPC headers use it: what is written is read back, what is read is base64 and nothing
// else.
//
// Input: the bytes to encode, and the text to decode.

#include "mailroom/rpc/base64.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "mailroom/base/check.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void CheckWriting(std::string_view bytes) {
  std::string text = "before";
  rpc::AppendBase64(bytes, &text);
  MAILROOM_CHECK(text.size() == 6 + rpc::Base64Size(bytes.size()));
  MAILROOM_CHECK(text.find_first_not_of(kAlphabet) == std::string::npos);
  std::string padded = text.substr(6);
  std::string back = "before";
  MAILROOM_CHECK(rpc::DecodeBase64(padded, &back));
  MAILROOM_CHECK(back.substr(0, 6) == "before" && back.substr(6) == bytes);
  padded.append((4 - padded.size() % 4) % 4, '=');
  std::string again;
  MAILROOM_CHECK(rpc::DecodeBase64(padded, &again) && again == bytes);
}

void CheckReading(std::string_view text) {
  std::string bytes = "before";
  const bool taken = rpc::DecodeBase64(text, &bytes);
  MAILROOM_CHECK(bytes.substr(0, 6) == "before");
  if (!taken) {
    MAILROOM_CHECK(bytes.size() == 6);
    return;
  }
  const size_t padding = std::min(text.find('='), text.size());
  const std::string_view plain = text.substr(0, padding);
  MAILROOM_CHECK(plain.find_first_not_of(kAlphabet) == std::string_view::npos);
  MAILROOM_CHECK(padding == text.size() || (text.size() % 4 == 0 && text.size() - padding <= 2));
  MAILROOM_CHECK(text.substr(padding).find_first_not_of('=') == std::string_view::npos);
  std::string back;
  rpc::AppendBase64(std::string_view(bytes).substr(6), &back);
  // Bits behind the last byte are ignored: only the last character may differ.
  MAILROOM_CHECK(back.size() == plain.size());
  const size_t sure = plain.size() % 4 == 0 ? plain.size() : plain.size() - 1;
  MAILROOM_CHECK(back.substr(0, sure) == plain.substr(0, sure));
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = mailroom::fuzz::Text(data, size);
  mailroom::fuzz::CheckWriting(bytes);
  mailroom::fuzz::CheckReading(bytes);
  return 0;
}
