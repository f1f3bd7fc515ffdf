// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/fault.h"

#include <string>

#include <gtest/gtest.h>

#include "mailroom/http/status_text.h"

namespace mailroom::http {
namespace {

TEST(FaultTest, EveryFaultHasATextAndAStatusWithAName) {
  for (int i = 1; i <= static_cast<int>(Fault::kTrailersTooLarge); ++i) {
    const auto fault = static_cast<Fault>(i);
    EXPECT_GT(FaultText(fault, Limits()).size(), 20u) << i;
    EXPECT_GE(FaultStatus(fault), 400) << i;
    EXPECT_FALSE(ReasonPhrase(FaultStatus(fault)).empty()) << i;
  }
}

TEST(FaultTest, ALimitSaysHowMuchAndWhatRaisesItIfAnythingDoes) {
  Limits limits;
  limits.body_bytes = 4321;
  limits.header_bytes = 1234;
  const std::string body = FaultText(Fault::kBodyTooLarge, limits);
  EXPECT_NE(body.find("4321 bytes"), std::string::npos);
  EXPECT_TRUE(body.ends_with("bytes are taken")) << body;
  limits.body_advice = "buy a larger letter box";
  const std::string advised = FaultText(Fault::kBodyTooLarge, limits);
  EXPECT_TRUE(advised.ends_with("bytes are taken; buy a larger letter box")) << advised;
  const std::string header = FaultText(Fault::kFieldsTooLarge, limits);
  EXPECT_NE(header.find("1234 bytes"), std::string::npos);
  EXPECT_NE(header.find("http::Limits::header_bytes"), std::string::npos);
}

}  // namespace
}  // namespace mailroom::http
