// SPDX-License-Identifier: Apache-2.0
// Whatever bytes arrive, valid or spoiled, the verdict is the same however they are cut: ten
// thousand changes to good requests from a fixed seed, each fed whole, byte by byte and in pieces.

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/http/testing/request_rows.h"
#include "mailroom/http/testing/transcript.h"

namespace mailroom::http::testing {
namespace {

constexpr Limits kSmall = {.request_line = 60,
                           .header_bytes = 120,
                           .header_count = 6,
                           .body_bytes = 30,
                           .chunk_extra_bytes = 20,
                           .trailer_bytes = 30};

const std::string kSeeds[] = {
    Line("GET /path?query HTTP/1.1") + Line("OPTIONS * HTTP/1.1"),
    Post("Content-Length: 5\r\nConnection: keep-alive\r\n", "hello") + Line("GET / HTTP/1.1"),
    Chunked("5;a=\"b\"\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n") + Line("GET / HTTP/1.1"),
    "POST http://[::1]:80/x HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
    "\r\n" + Chunked("0\r\n\r\n\r\n") + Chunked("00a\r\n0123456789\r\n0;x\r\n\r\n"),
};

class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return random_() % bound; }

  std::string Spoil(std::string raw) {
    for (size_t changes = Below(3) + 1; changes > 0; --changes) Change(&raw);
    return raw;
  }

  std::vector<size_t> Pieces(size_t size) {
    std::vector<size_t> pieces;
    for (size_t sum = 0; sum < size; sum += pieces.back()) pieces.push_back(Below(20) + 1);
    return pieces;
  }

 private:
  void Change(std::string* raw) {
    static const std::string kFavourites = "\r\n\r\n\t :;,0159afx\"\\\0\x7f\x80\xff%[]/?*";
    const size_t at = Below(raw->size());
    const size_t length = Below(std::min<size_t>(8, raw->size() - at)) + 1;
    const char ch = kFavourites[Below(kFavourites.size())];
    switch (Below(4)) {
      case 0:
        (*raw)[at] = ch;
        break;
      case 1:
        raw->insert(at, 1, ch);
        break;
      case 2:
        if (raw->size() > length) raw->erase(at, length);
        break;
      default:
        raw->insert(at, raw->substr(at, length));
        break;
    }
  }

  std::mt19937 random_;
};

TEST(Http1SplitsTest, TheVerdictDoesNotDependOnTheCuts) {
  Mutator mutator(20260101);
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string raw = mutator.Spoil(kSeeds[mutator.Below(std::size(kSeeds))]);
    const Transcript whole = Feed(kSmall, raw, {});
    const Transcript bytes = Feed(kSmall, raw, std::vector<size_t>(raw.size(), 1));
    const Transcript pieces = Feed(kSmall, raw, mutator.Pieces(raw.size()));
    ASSERT_EQ(whole.line, bytes.line) << raw;
    ASSERT_EQ(whole.line, pieces.line) << raw;
    ASSERT_EQ(whole.refusal, bytes.refusal) << raw;
    ASSERT_EQ(whole.refusal, pieces.refusal) << raw;
    ASSERT_EQ(whole.sent, bytes.sent) << raw;
    if (!whole.refusal.empty()) ++refused;
  }
  // The changes reach both sides.
  EXPECT_GT(refused, 1000);
  EXPECT_LT(refused, 4750);
}

}  // namespace
}  // namespace mailroom::http::testing
