// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/nearest.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

std::string_view Nearest(std::string_view meant) {
  NearestWord nearest(meant);
  for (const char* word : {"--listen", "--log-level", "--log-format", "--workers"}) {
    nearest.Consider(word);
  }
  return nearest.word();
}

TEST(NearestWordTest, FindsWhatWasMeant) {
  EXPECT_EQ(Nearest("--worker"), "--workers");
  EXPECT_EQ(Nearest("--LISTEN"), "--listen");
  EXPECT_EQ(Nearest("--log-levle"), "--log-level");
}

TEST(NearestWordTest, ABeginningIsNearFromHalfOfTheWordOn) {
  EXPECT_EQ(Nearest("--log-le"), "--log-level");
  EXPECT_EQ(Nearest("--work"), "--workers");
  EXPECT_EQ(Nearest("--w"), "");
}

// A third of the letters was allowed to be wrong.
TEST(NearestWordTest, AnotherWordOfTheSameLengthIsNotNear) {
  EXPECT_EQ(Nearest("--log-colour"), "");
  NearestWord nearest("/mailroom.echo.v1.EchoService/EchoEchoEcho");
  nearest.Consider("/mailroom.bank.v1.BankService/EchoEchoEcho");
  EXPECT_EQ(nearest.word(), "");
}

TEST(NearestWordTest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(Nearest("--something-else"), "");
  EXPECT_EQ(Nearest(""), "");
}

TEST(NearestWordTest, DoesNotCompareWhatStrangersMakeLong) {
  const std::string endless(100000, 'a');
  NearestWord nearest(endless);
  nearest.Consider(endless);
  EXPECT_EQ(nearest.word(), "");
}

}  // namespace
}  // namespace mailroom::server
