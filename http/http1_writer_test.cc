// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/http1_writer.h"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailroom::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

WallTime At(int64_t second) { return WallTime(seconds(second)); }

std::string Written(const HeadLines& head) {
  std::string out;
  WriteHead(head, "date: D\r\n", &out);
  return out;
}

TEST(DateLineTest, HasTheFormOfRfc9110) {
  DateLine date;
  EXPECT_EQ(date.Get(At(784111777)), "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.Get(At(0)), "date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
  EXPECT_EQ(date.Get(At(951827696)), "date: Tue, 29 Feb 2000 12:34:56 GMT\r\n");
  EXPECT_EQ(date.Get(At(1796083199)), "date: Mon, 30 Nov 2026 23:59:59 GMT\r\n");
  EXPECT_EQ(date.Get(At(4107542400)), "date: Mon, 01 Mar 2100 00:00:00 GMT\r\n");
}

TEST(DateLineTest, ChangesWithTheSecondAndNotWithin) {
  DateLine date;
  const std::string first(date.Get(At(100)));
  EXPECT_EQ(date.Get(At(100) + milliseconds(999)), first);
  EXPECT_NE(date.Get(At(101)), first);
  EXPECT_EQ(date.Get(At(100)), first);
}

TEST(DateLineTest, TimeBefore1970IsRoundedDown) {
  DateLine date;
  EXPECT_EQ(date.Get(At(0) - milliseconds(1)), "date: Wed, 31 Dec 1969 23:59:59 GMT\r\n");
}

TEST(WriteHeadTest, PlainAnswer) {
  HeadLines head;
  head.framing = BodyFraming::kLength;
  head.has_length = true;
  head.content_length = 1234567890123456789u;
  head.content_type = "text/plain";
  EXPECT_EQ(Written(head),
            "HTTP/1.1 200 OK\r\ndate: D\r\ncontent-length: 1234567890123456789\r\n"
            "content-type: text/plain\r\n\r\n");
}

TEST(WriteHeadTest, ChunkedAndClose) {
  HeadLines head;
  head.status = 503;
  head.framing = BodyFraming::kChunked;
  head.persistence = Persistence::kClose;
  EXPECT_EQ(Written(head),
            "HTTP/1.1 503 Service Unavailable\r\ndate: D\r\nconnection: close\r\n"
            "transfer-encoding: chunked\r\n\r\n");
}

TEST(WriteHeadTest, UnnamedAndImpossibleStatus) {
  HeadLines head;
  head.status = 299;
  EXPECT_EQ(Written(head), "HTTP/1.1 299 \r\ndate: D\r\n\r\n");
  head.status = 12345;
  EXPECT_EQ(Written(head), "HTTP/1.1 500 \r\ndate: D\r\n\r\n");
  head.status = -7;
  EXPECT_EQ(Written(head), "HTTP/1.1 500 \r\ndate: D\r\n\r\n");
}

TEST(WriteHeadTest, TheLongestOfEveryLineFits) {
  HeadLines head;
  head.status = 431;
  head.persistence = Persistence::kKeepAlive;
  head.framing = BodyFraming::kLength;
  head.has_length = true;
  head.content_length = SIZE_MAX;
  std::string out;
  DateLine date;
  WriteHead(head, date.Get(At(0)), &out);
  EXPECT_TRUE(out.ends_with("content-length: 18446744073709551615\r\n\r\n"));
}

// Of the choices the one that the last digit of *rest says, in that base; takes the digit.
template <class T>
T Take(std::initializer_list<T> choices, int* rest) {
  const int base = static_cast<int>(choices.size());
  const T chosen = choices.begin()[*rest % base];
  *rest /= base;
  return chosen;
}

TEST(HeadWriterTest, WritesWhatWriteHeadDoes) {
  const std::string longest(64, 'l');
  const std::string longer(65, 'l');
  const Headers empty;
  Headers headers;
  headers.Add("x-a", "b");
  HeadWriter writer;
  DateLine date;
  constexpr int kHeads = 7 * 4 * 3 * 3 * 3 * 2 * 4;
  for (int i = 0; i < kHeads; ++i) {
    int rest = i;
    HeadLines head;
    head.content_type =
        Take<std::string_view>({"", "application/json", "application/grpc", "application/proto",
                                "text/plain\r\nx: y", longest, longer},
                               &rest);
    head.content_length = Take<size_t>({0, 7, 12345, SIZE_MAX}, &rest);
    head.status = Take({200, 404, 999}, &rest);
    head.persistence =
        Take({Persistence::kSilent, Persistence::kClose, Persistence::kKeepAlive}, &rest);
    head.headers = Take<const Headers*>({nullptr, &empty, &headers}, &rest);
    head.has_length = Take({true, false}, &rest);
    head.framing = head.has_length ? BodyFraming::kLength : BodyFraming::kChunked;
    const int64_t second = Take<int64_t>({784111777, 784111778, 784111777, -1}, &rest);
    std::string expected = "before";
    WriteHead(head, date.Get(At(second)), &expected);
    std::string out = "before";
    writer.Write(head, At(second) + milliseconds(i % 1000), &out);
    ASSERT_EQ(out, expected) << i;
  }
}

TEST(WriteHeadTest, NobodySplitsAnAnswer) {
  Headers headers;
  const std::string evil("a\r\nSet-Cookie: b\n\0\x01\x7f", 20);
  headers.Add("x-evil", evil);
  HeadLines head;
  head.content_type = "text/plain\r\n\r\n<html>";
  head.headers = &headers;
  EXPECT_EQ(Written(head),
            "HTTP/1.1 200 OK\r\ndate: D\r\ncontent-type: text/plain    <html>\r\n"
            "x-evil: a  Set-Cookie: b    \r\n\r\n");
}

TEST(WriteHeadTest, TabsAndHighBytesStay) {
  Headers headers;
  headers.Add("x", "a\t\xc3\xa4");
  HeadLines head;
  head.headers = &headers;
  EXPECT_EQ(Written(head), "HTTP/1.1 200 OK\r\ndate: D\r\nx: a\t\xc3\xa4\r\n\r\n");
}

TEST(WriteHeadTest, NamesThatAreNoTokensAreLeftOut) {
  Headers headers;
  for (const char* name : {"", "a b", "a:", "a\r\nb", "\xc3\xa4", "(", "a\t"})
    headers.Add(name, "x");
  headers.Add("good", "y");
  HeadLines head;
  head.headers = &headers;
  EXPECT_EQ(Written(head), "HTTP/1.1 200 OK\r\ndate: D\r\ngood: y\r\n\r\n");
}

TEST(WriteHeadTest, FieldsOfTheEngineAreLeftOut) {
  Headers headers;
  for (const char* name :
       {"Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding", "DATE"}) {
    headers.Add(name, "x");
  }
  HeadLines head;
  head.headers = &headers;
  EXPECT_EQ(Written(head), "HTTP/1.1 200 OK\r\ndate: D\r\n\r\n");
}

TEST(WriteChunkTest, SizeInHexadecimal) {
  std::string out = "before ";
  WriteChunkSize(255, &out);
  EXPECT_EQ(out, "before ff\r\n");
}

TEST(WriteChunkTest, LastChunkWithAndWithoutTrailers) {
  std::string out;
  WriteLastChunk(nullptr, &out);
  EXPECT_EQ(out, "0\r\n\r\n");
  Headers trailers;
  trailers.Add("grpc-message", "a\r\nb");
  trailers.Add("content-length", "5");
  out.clear();
  WriteLastChunk(&trailers, &out);
  EXPECT_EQ(out, "0\r\ngrpc-message: a  b\r\n\r\n");
}

}  // namespace
}  // namespace mailroom::http
