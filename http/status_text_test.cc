// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/status_text.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom::http {
namespace {

TEST(StatusTextTest, AStatusLineCarriesItsOwnNumber) {
  for (int status = 0; status < 1000; ++status) {
    const std::string line(StatusLine(status));
    if (line.empty()) continue;
    EXPECT_EQ(line, "HTTP/1.1 " + std::to_string(status) + " " + std::string(ReasonPhrase(status)) +
                        "\r\n");
    EXPECT_FALSE(ReasonPhrase(status).empty());
  }
}

TEST(StatusTextTest, PhrasesOfTheRegistry) {
  EXPECT_EQ(ReasonPhrase(200), "OK");
  EXPECT_EQ(ReasonPhrase(413), "Content Too Large");
  EXPECT_EQ(ReasonPhrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(ReasonPhrase(418), "");
  EXPECT_EQ(ReasonPhrase(-1), "");
}

// Statuses that Connect maps its codes to, and those of HTTP's own refusals.
TEST(StatusTextTest, EveryStatusThatWeSendHasAName) {
  for (const int status : {200, 400, 401, 403, 404, 405, 408, 409, 413, 414,
                           415, 417, 429, 431, 499, 500, 501, 503, 504, 505}) {
    EXPECT_FALSE(ReasonPhrase(status).empty()) << status;
  }
}

}  // namespace
}  // namespace mailroom::http
