// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/error_bounds.h"

#include <string>

#include <gtest/gtest.h>

#include "mailroom/base/utf8.h"

namespace mailroom::rpc {
namespace {

Status Error(std::string text) { return Status(Code::kAborted, std::move(text)); }

TEST(ErrorBoundsTest, WhatFitsIsLeftAsItIs) {
  Status full = Error(std::string(kMaxErrorText, 'x'));
  for (size_t i = 0; i < kMaxErrorDetails; ++i) {
    full.AddDetail({"t", std::string(kMaxErrorDetailBytes / kMaxErrorDetails - 1, 'v')});
  }
  EXPECT_TRUE(IsBounded(full));
  EXPECT_EQ(BoundError(full), full);
  EXPECT_TRUE(BoundError(Status()).ok());
  EXPECT_EQ(BoundError(Status(Code::kInternal)), Status(Code::kInternal));
}

TEST(ErrorBoundsTest, ALongTextSaysHowMuchWasCut) {
  const Status cut = BoundError(Error(std::string(10'000, 'x')));
  EXPECT_EQ(cut.code(), Code::kAborted);
  EXPECT_EQ(cut.message(), std::string(4074, 'x') + "... (5926 more bytes)");
  EXPECT_TRUE(IsBounded(cut)) << "twice is once";
  EXPECT_EQ(BoundError(Error(std::string(kMaxErrorText + 1, 'x'))).message(),
            std::string(4075, 'x') + "... (22 more bytes)");
}

TEST(ErrorBoundsTest, ItIsCutAtACharacter) {
  for (const std::string character : {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x93\xae"}) {
    for (size_t shift = 0; shift < 4; ++shift) {
      std::string text(shift, 'a');
      while (text.size() <= 2 * kMaxErrorText) text += character;
      const Status cut = BoundError(Error(text));
      EXPECT_TRUE(IsUtf8(cut.message())) << shift;
      EXPECT_LE(cut.message().size(), kMaxErrorText);
      EXPECT_GT(cut.message().size(), kMaxErrorText - 8);
      const size_t kept = cut.message().find("... (");
      const std::string note = "... (" + std::to_string(text.size() - kept) + " more bytes)";
      EXPECT_EQ(cut.message().substr(kept), note);
    }
  }
}

// Also of what is no text at all.
TEST(ErrorBoundsTest, NoBytesMakeItLonger) {
  for (const char byte : {'\x80', '\xff', '\0'}) {
    EXPECT_LE(BoundError(Error(std::string(1'000'000, byte))).message().size(), kMaxErrorText);
  }
}

TEST(ErrorBoundsTest, MalformedBytesAreReplacedBeforeItIsCut) {
  EXPECT_FALSE(IsBounded(Error("a\xff")));
  EXPECT_EQ(BoundError(Error("a\xff\xc3z")).message(), "a\xef\xbf\xbd\xef\xbf\xbdz");
  const Status cut = BoundError(Error(std::string(kMaxErrorText, '\xff')));
  EXPECT_TRUE(cut.message().ends_with("\xef\xbf\xbd... (2738 more bytes)")) << cut.message();
  EXPECT_TRUE(IsBounded(cut));
}

TEST(ErrorBoundsTest, TooManyDetailsAreLeftOutAndCounted) {
  Status error = Error("no");
  for (size_t i = 0; i < kMaxErrorDetails + 2; ++i) error.AddDetail({"a.B", std::to_string(i)});
  const Status bounded = BoundError(error);
  EXPECT_EQ(bounded.message(), "no (2 details left out)");
  ASSERT_EQ(bounded.details().size(), kMaxErrorDetails);
  EXPECT_EQ(bounded.details().back().value, "31");
}

TEST(ErrorBoundsTest, DetailsThatAreTooLargeAreLeftOutWithThoseBehindThem) {
  const std::string large(kMaxErrorDetailBytes, 'x');
  for (const ErrorDetail& detail :
       {ErrorDetail{"a.B", large}, ErrorDetail{large, "v"}, ErrorDetail{"a.B", "", large}}) {
    Status error(Code::kNotFound);
    error.AddDetail({"a.B", "first"});
    error.AddDetail(detail);
    error.AddDetail({"a.B", "small again"});
    const Status bounded = BoundError(error);
    EXPECT_EQ(bounded.message(), "(2 details left out)");
    ASSERT_EQ(bounded.details().size(), 1u);
    EXPECT_EQ(bounded.details()[0].value, "first");
  }
}

TEST(ErrorBoundsTest, ALongTextSaysBoth) {
  Status error = Error(std::string(10'000, 'x'));
  error.AddDetail({"a.B", std::string(kMaxErrorDetailBytes, 'x')});
  const Status bounded = BoundError(error);
  EXPECT_LE(bounded.message().size(), kMaxErrorText);
  EXPECT_TRUE(bounded.message().ends_with(" more bytes) (1 detail left out)"));
}

TEST(CutEchoTest, TwoHundredBytesAreKept) {
  EXPECT_EQ(CutEcho(""), "");
  EXPECT_EQ(CutEcho(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(CutEcho(std::string(201, 'x')), std::string(200, 'x') + "...");
}

// "ab" and what looks like the inside of one character were cut to "a...".
TEST(CutEchoTest, WhatIsMalformedIsKeptToo) {
  const std::string malformed(300, '\x80');
  EXPECT_EQ(CutEcho("ab" + malformed), "ab" + malformed.substr(0, 198) + "...");
}

TEST(CutEchoTest, ItIsCutAtACharacter) {
  const std::string before(199, 'x');
  EXPECT_EQ(CutEcho(before + "\xc3\xa4"), before + "...");
  EXPECT_EQ(CutEcho("x" + before + "\xc3\xa4"), "x" + before + "...");
}

}  // namespace
}  // namespace mailroom::rpc
