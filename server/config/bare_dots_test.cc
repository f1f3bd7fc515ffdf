// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/bare_dots.h"

#include <string>

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

TEST(BareDotsTest, DotsOfKeysAndNumbersCount) {
  EXPECT_EQ(CountBareDots(""), 0u);
  EXPECT_EQ(CountBareDots("a.b = 1.5\n[c.d]\n[[e . f]]\n"), 4u);
  EXPECT_EQ(CountBareDots("\"a\".'b'.\"c.d\" = {e.f = 1}"), 3u);
}

TEST(BareDotsTest, DotsOfCommentsDoNot) {
  EXPECT_EQ(CountBareDots("# ...\na.b = 1 # .\r\n.# '\n.# \"\n.#"), 4u);
}

TEST(BareDotsTest, DotsInQuotesDoNot) {
  for (const std::string quoted : {R"("")",
                                   R"('')",
                                   R"("..")",
                                   R"('..')",
                                   R"("'.")",
                                   R"('".')",
                                   R"("#.")",
                                   R"('#.')",
                                   R"(".\".")",
                                   R"(".\\")",
                                   R"('.\')",
                                   R"("""""")",
                                   R"('''''')",
                                   "\"\"\".\n.\"\"\"",
                                   "'''.\n.'''",
                                   R"(""".".""."""")",
                                   R"('''.'.''.'''')",
                                   R"(""".""""")",
                                   R"('''.''''')",
                                   R"(""".\""".""")",
                                   R"(""".\\""")",
                                   R"('''.\''')"}) {
    EXPECT_EQ(CountBareDots(quoted), 0u) << quoted;
    EXPECT_EQ(CountBareDots("." + quoted + "."), 2u) << quoted;
  }
}

// Of a text cut anywhere no dot is counted that stands in quotes, and none is left out.
TEST(BareDotsTest, ATextMayEndAnywhere) {
  const std::string text = R"(a.b = "\".\\" # .")"
                           "\nc = '.' # '\nd.e = \"\"\".\\\"\"\".\"\"\"\"\n.";
  size_t most = 0;
  for (size_t size = 0; size <= text.size(); ++size) {
    const size_t dots = CountBareDots(std::string_view(text).substr(0, size));
    EXPECT_GE(dots, most) << size;
    most = dots;
  }
  EXPECT_EQ(most, 3u);
}

TEST(BareDotsTest, QuotesThatNobodyClosesEndWithTheirLine) {
  EXPECT_EQ(CountBareDots("a = \".\n.\""), 1u);
  EXPECT_EQ(CountBareDots("a = '.\n."), 1u);
  EXPECT_EQ(CountBareDots("a = \"\"\".\n."), 0u);
}

}  // namespace
}  // namespace mailroom::server
