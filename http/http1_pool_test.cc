// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/http1_pool.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/http/http1_engine.h"
#include "mailroom/http/http1_parser.h"
#include "mailroom/http/testing/text_output.h"

namespace mailroom::http {
namespace {

TEST(Http1PoolTest, LendsAgainWhatCameBackAndEmpty) {
  Http1Pool pool{Limits()};
  auto first = pool.BorrowHeaders();
  const Headers* address = first.get();
  first->Add("a", "b");
  pool.GiveBack(std::move(first));
  auto again = pool.BorrowHeaders();
  EXPECT_EQ(again.get(), address);
  EXPECT_EQ(again->size(), 0u);
}

TEST(Http1PoolTest, CountsWhatIsLent) {
  Http1Pool pool{Limits()};
  auto headers = pool.BorrowHeaders();
  auto parser = pool.BorrowParser();
  EXPECT_EQ(pool.lent(), 2u);
  pool.GiveBack(std::move(headers));
  pool.GiveBack(std::move(parser));
  EXPECT_EQ(pool.lent(), 0u);
}

TEST(Http1PoolTest, AThousandMayBeLentAtOnce) {
  Http1Pool pool{Limits()};
  std::vector<std::unique_ptr<Headers>> many;
  for (int i = 0; i < 1000; ++i) many.push_back(pool.BorrowHeaders());
  EXPECT_EQ(pool.lent(), 1000u);
  for (auto& one : many) pool.GiveBack(std::move(one));
  EXPECT_EQ(pool.lent(), 0u);
}

// Engines of one loop take turns; each has its own request half done.
TEST(Http1PoolTest, EnginesDoNotMixTheirChunks) {
  Http1Pool pool{Limits()};
  std::vector<std::unique_ptr<Engine>> engines;
  for (int i = 0; i < 10; ++i) engines.push_back(MakeHttp1Engine(pool));
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  size_t consumed = 0;
  testing::TextOutput out;
  for (auto& engine : engines) {
    ASSERT_TRUE(std::holds_alternative<Head>(engine->Next(head, &consumed, out)));
    engine->Grant(StreamId{1}, SIZE_MAX, out);
  }
  for (auto& engine : engines) {
    ASSERT_TRUE(std::holds_alternative<Body>(engine->Next("2\r\nab", &consumed, out)));
  }
  for (auto& engine : engines) {
    ASSERT_TRUE(std::holds_alternative<End>(engine->Next("\r\n0\r\n\r\n", &consumed, out)));
  }
  EXPECT_EQ(pool.lent(), 0u);
}

TEST(Http1PoolTest, LimitsWithoutBoundStillCount) {
  Limits limits;
  limits.request_line = limits.header_bytes = limits.header_count = SIZE_MAX;
  limits.chunk_extra_bytes = limits.trailer_bytes = limits.body_bytes = SIZE_MAX;
  Http1Pool pool(limits);
  auto engine = MakeHttp1Engine(pool);
  size_t consumed = 0;
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  testing::TextOutput out;
  ASSERT_TRUE(std::holds_alternative<Head>(engine->Next(head, &consumed, out)));
  engine->Grant(StreamId{1}, SIZE_MAX, out);
  ASSERT_TRUE(std::holds_alternative<Body>(engine->Next("1;a\r\nx", &consumed, out)));
  ASSERT_TRUE(std::holds_alternative<End>(engine->Next("\r\n0\r\nX: y\r\n\r\n", &consumed, out)));
}

}  // namespace
}  // namespace mailroom::http
