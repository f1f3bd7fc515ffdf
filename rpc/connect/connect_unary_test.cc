// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/connect/connect_unary.h"

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/log.h"
#include "mailroom/rpc/code.h"
#include "mailroom/rpc/connect/connect_error.h"
#include "mailroom/rpc/wire_metadata.h"

namespace mailroom::rpc {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr MethodSpec kMethod{.name = "Echo", .path = "/a.B/Echo"};

// What Accept makes of a POST with these fields.
struct Accepted {
  explicit Accepted(std::initializer_list<http::Field> fields, const MethodSpec& method = kMethod) {
    http::Headers headers;
    for (const http::Field& field : fields) headers.Add(field.name, field.value);
    http::Head head;
    head.method = "POST";
    head.headers = &headers;
    call.timeout = Duration(1);  // left over from another call
    metadata.Add("left", "over");
    status = ConnectUnary().Accept(head, method, &call, &metadata);
  }

  Pairs pairs() const {
    Pairs pairs;
    for (size_t i = 0; i < metadata.size(); ++i) {
      pairs.emplace_back(metadata[i].key, metadata[i].value);
    }
    return pairs;
  }

  Status status;
  CallHead call;
  Metadata metadata;
};

// An outcome with everything that it points to.
struct Ended {
  Answer* Finish(WireFormat format = WireFormat::kJson) {
    call.format = format;
    ConnectUnary().Finish(call, {&status, &leading, &trailing, &message, compression}, &answer);
    return &answer;
  }
  Pairs fields() const {
    Pairs pairs;
    for (const http::Field& field : answer.headers) pairs.emplace_back(field.name, field.value);
    return pairs;
  }

  CallHead call;
  Compression compression = Compression::kIdentity;
  Status status;
  Metadata leading;
  Metadata trailing;
  std::string message = "message";
  Answer answer;
};

TEST(ConnectUnaryTest, ClaimsPostsOfItsTwoContentTypes) {
  for (const char* type :
       {"application/json", "application/proto", "Application/JSON", "APPLICATION/PROTO",
        "application/json; charset=utf-8", "application/json;charset=UTF-8", "application/json ;",
        "application/json; charset=\"utf-8\"", "application/json; profile=x"}) {
    EXPECT_TRUE(ConnectUnary().Claims("POST", type)) << type;
    EXPECT_FALSE(ConnectUnary().Claims("GET", type)) << type;
    EXPECT_FALSE(ConnectUnary().Claims("post", type)) << "methods are case-sensitive";
  }
}

// Conformance 5.2: image/jpeg and application/foo are 415.
TEST(ConnectUnaryTest, ClaimsNothingElse) {
  for (const char* type :
       {"", "image/jpeg", "application/foo", "application/connect+json", "application/grpc",
        "application/grpc-web+proto", "application/jsonx", "application/json+x", "text/json",
        "application/json, application/proto", "application/json; charset=utf-16",
        "application/proto; charset=utf-8", "application / json", ";application/json", "json"}) {
    EXPECT_FALSE(ConnectUnary().Claims("POST", type)) << type;
  }
}

TEST(ConnectUnaryTest, ContentTypePicksTheCodec) {
  for (const char* type : {"application/proto", "Application/Proto"}) {
    EXPECT_EQ(ConnectUnary().Claims("POST", type), WireFormat::kProto) << type;
  }
  for (const char* type : {"application/json", "application/json; charset=utf-8"}) {
    EXPECT_EQ(ConnectUnary().Claims("POST", type), WireFormat::kJson) << type;
  }
}

TEST(ConnectUnaryTest, AcceptKeepsTheClaimedCodec) {
  for (const WireFormat format : {WireFormat::kProto, WireFormat::kJson}) {
    http::Headers headers;
    http::Head head;
    head.headers = &headers;
    CallHead call;
    call.format = format;
    call.timeout = Duration(1);
    Metadata metadata;
    ASSERT_TRUE(ConnectUnary().Accept(head, kMethod, &call, &metadata).ok());
    EXPECT_EQ(call.format, format);
    EXPECT_FALSE(call.timeout);
  }
}

TEST(ConnectUnaryTest, BareRequestIsAccepted) {
  const Accepted accepted({{"content-type", "application/json"}});
  EXPECT_TRUE(accepted.status.ok());
  EXPECT_FALSE(accepted.call.timeout.has_value());
  EXPECT_TRUE(accepted.metadata.empty());
}

TEST(ConnectUnaryTest, ProtocolVersionMayBeAbsentOrOne) {
  EXPECT_TRUE(Accepted({{"Connect-Protocol-Version", "1"}}).status.ok());
  for (const char* version : {"", "0", "2", "1.0", "01", "v1", "1, 1"}) {
    const Accepted accepted({{"connect-protocol-version", version}});
    EXPECT_EQ(accepted.status.code(), Code::kInvalidArgument) << version;
  }
}

TEST(ConnectUnaryTest, ProtocolVersionIsGivenOnce) {
  for (const char* second : {"1", "2"}) {
    const Accepted accepted(
        {{"connect-protocol-version", "1"}, {"Connect-Protocol-Version", second}});
    EXPECT_EQ(accepted.status.code(), Code::kInvalidArgument);
    EXPECT_EQ(accepted.status.message(), "connect-protocol-version is given more than once");
  }
}

// A refused call is answered at its deadline when its body does not come.
TEST(ConnectUnaryTest, TheTimeoutIsReadWhateverElseIsWrong) {
  MethodSpec streaming = kMethod;
  streaming.kind = MethodKind::kBidiStream;
  const http::Field timeout{"connect-timeout-ms", "250"};
  for (const Accepted& accepted :
       {Accepted({{"connect-protocol-version", "2"}, timeout}),
        Accepted({{"content-encoding", "lzma"}, timeout}),
        Accepted({{"a-bin", "no base64"}, timeout}), Accepted({timeout}, streaming)}) {
    EXPECT_FALSE(accepted.status.ok());
    EXPECT_EQ(accepted.call.timeout, std::chrono::milliseconds(250)) << accepted.status.message();
  }
}

TEST(ConnectUnaryTest, TimeoutIsReadOnce) {
  EXPECT_EQ(Accepted({{"Connect-Timeout-Ms", "200"}}).call.timeout, std::chrono::milliseconds(200));
  EXPECT_EQ(Accepted({{"connect-timeout-ms", "0"}}).call.timeout, Duration(0));
  for (const char* timeout : {"", "x", "-1", "10000000000"}) {
    const Accepted accepted({{"connect-timeout-ms", timeout}});
    EXPECT_EQ(accepted.status.code(), Code::kInvalidArgument) << timeout;
  }
  EXPECT_EQ(Accepted({{"connect-timeout-ms", "1"}, {"Connect-Timeout-Ms", "1"}}).status.code(),
            Code::kInvalidArgument);
}

TEST(ConnectUnaryTest, ContentEncodingIsIdentityOrGzip) {
  for (const char* encoding : {"identity", "Identity", ""}) {
    const Accepted accepted({{"content-encoding", encoding}});
    EXPECT_TRUE(accepted.status.ok()) << encoding;
    EXPECT_EQ(accepted.call.request_compression, Compression::kIdentity);
  }
  for (const char* encoding : {"gzip", "GZip", "x-gzip"}) {
    const Accepted accepted({{"content-encoding", encoding}});
    EXPECT_TRUE(accepted.status.ok()) << encoding;
    EXPECT_EQ(accepted.call.request_compression, Compression::kGzip);
  }
}

TEST(ConnectUnaryTest, ALongEncodingIsNotRepeatedAsAWhole) {
  const Accepted accepted({{"content-encoding", std::string(5000, 'x')}});
  EXPECT_EQ(accepted.status.message(), "content-encoding \"" + std::string(200, 'x') +
                                           "...\" is not supported; supported: identity, gzip");
}

// Conformance 5.2: unknown content-encoding is unimplemented and lists what is known.
TEST(ConnectUnaryTest, AnUnknownEncodingIsUnimplementedAndLearnsTheKnown) {
  for (const char* encoding :
       {"br", "foo", "identity, gzip", "gzip, gzip", "gzip;q=1", "deflate"}) {
    const Accepted accepted({{"Content-Encoding", encoding}});
    EXPECT_EQ(accepted.status.code(), Code::kUnimplemented) << encoding;
    EXPECT_EQ(accepted.status.message(), "content-encoding \"" + std::string(encoding) +
                                             "\" is not supported; supported: identity, gzip");
    Ended ended;
    ended.status = accepted.status;
    ended.call = accepted.call;
    ended.Finish();
    EXPECT_EQ(ended.answer.status, 501);
    EXPECT_EQ(ended.fields(), (Pairs{{"accept-encoding", "gzip"}}));
  }
  EXPECT_EQ(Accepted({{"content-encoding", "gzip"}, {"content-encoding", "gzip"}}).status.code(),
            Code::kUnimplemented)
      << "one around the other";
  EXPECT_EQ(Accepted({{"content-encoding", "identity"}, {"content-encoding", "br"}}).status.code(),
            Code::kUnimplemented);
}

// Connect: who says nothing of what it takes, takes what it sends.
TEST(ConnectUnaryTest, WhatTheReplyMayBeCompressedBy) {
  struct Row {
    std::initializer_list<http::Field> fields;
    Compression accepted;
    bool always;
  };
  constexpr Compression kNo = Compression::kIdentity;
  constexpr Compression kGzip = Compression::kGzip;
  for (const Row& row : {
           Row{{}, kNo, false},
           Row{{{"content-encoding", "gzip"}}, kGzip, false},
           Row{{{"Accept-Encoding", "gzip"}}, kGzip, false},
           Row{{{"content-encoding", "gzip"}, {"accept-encoding", ""}}, kNo, false},
           Row{{{"content-encoding", "gzip"}, {"accept-encoding", "identity"}}, kNo, false},
           Row{{{"accept-encoding", "br"}, {"accept-encoding", "gzip;q=0.5"}}, kGzip, false},
           Row{{{"accept-encoding", "identity;q=0"}, {"accept-encoding", "gzip"}}, kGzip, true},
           Row{{{"connect-accept-encoding", "gzip"}}, kNo, false},
           Row{{{"connect-content-encoding", "gzip"}}, kNo, false},
           Row{{{"connect-content-encoding", "foo"}}, kNo, false},
       }) {
    const Accepted accepted(row.fields);
    EXPECT_TRUE(accepted.status.ok()) << accepted.status.ToString();
    EXPECT_EQ(accepted.call.accepted, row.accepted);
    EXPECT_EQ(accepted.call.compress_always, row.always);
  }
}

TEST(ConnectUnaryTest, HandlersSeeMetadataAndNothingOfTheTransport) {
  const Accepted accepted({{"Host", "h"},
                           {"Content-Type", "application/json"},
                           {"Content-Length", "2"},
                           {"User-Agent", "curl/8"},
                           {"Accept", "*/*"},
                           {"Accept-Encoding", "gzip"},
                           {"Connection", "keep-alive"},
                           {"Connect-Protocol-Version", "1"},
                           {"Connect-Timeout-Ms", "5"},
                           {"Connect-Content-Encoding", "gzip"},
                           {"X-A", "1"},
                           {"x-b-BIN", "AAE"},
                           {"x-a", "2"},
                           {"connectx", "kept"},
                           {"Te", "trailers"}});
  ASSERT_TRUE(accepted.status.ok()) << accepted.status.ToString();
  EXPECT_EQ(accepted.pairs(), (Pairs{{"user-agent", "curl/8"},
                                     {"accept", "*/*"},
                                     {"x-a", "1"},
                                     {"x-b-bin", std::string("\0\1", 2)},
                                     {"x-a", "2"},
                                     {"connectx", "kept"}}));
}

TEST(ConnectUnaryTest, BinaryMetadataThatIsNotBase64IsInvalidArgument) {
  EXPECT_EQ(Accepted({{"x-bin", "!"}}).status.code(), Code::kInvalidArgument);
}

TEST(ConnectUnaryTest, StreamingMethodsAreNotCalledThisWay) {
  for (const MethodKind kind :
       {MethodKind::kClientStream, MethodKind::kServerStream, MethodKind::kBidiStream}) {
    const MethodSpec method{.name = "S", .path = "/a.B/S", .kind = kind};
    EXPECT_EQ(Accepted({{"content-type", "application/json"}}, method).status.code(),
              Code::kUnimplemented);
  }
}

TEST(ConnectUnaryTest, BodyIsTheMessage) {
  std::string body("\0\0\0\0\1x", 6);
  const std::string before = body;
  EXPECT_TRUE(ConnectUnary().OpenBody(&body).ok());
  EXPECT_EQ(body, before);
}

TEST(ConnectUnaryTest, SuccessIsTheMessageInTheCodecOfTheRequest) {
  for (const auto& [format, type] : {std::pair(WireFormat::kJson, "application/json"),
                                     std::pair(WireFormat::kProto, "application/proto")}) {
    Ended ended;
    const Answer& answer = *ended.Finish(format);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.content_type, type);
    EXPECT_EQ(answer.body, "message");
    EXPECT_EQ(ended.message, "");
    EXPECT_EQ(answer.headers.size(), 0u);
    EXPECT_FALSE(answer.has_trailers) << "conformance 5.1: no HTTP trailers";
  }
}

TEST(ConnectUnaryTest, ACompressedReplySaysSoAndAnErrorNever) {
  Ended ended;
  ended.compression = Compression::kGzip;
  ended.leading.Add("a", "1");
  ended.Finish();
  EXPECT_EQ(ended.answer.body, "message") << "as the worker made it";
  EXPECT_EQ(ended.fields(), (Pairs{{"a", "1"}, {"content-encoding", "gzip"}}));
  ended.status = NotFound("x");
  ended.Finish();
  EXPECT_EQ(ended.fields(), (Pairs{{"a", "1"}}));
}

// Conformance 5.1 and 5.3: exactly application/json, the mapped status, the object.
TEST(ConnectUnaryTest, ErrorHasItsStatusAndIsJsonForBothCodecs) {
  for (int i = 1; i < kCodeCount; ++i) {
    for (const WireFormat format : {WireFormat::kJson, WireFormat::kProto}) {
      Ended ended;
      ended.status = Status(static_cast<Code>(i), "why");
      const Answer& answer = *ended.Finish(format);
      EXPECT_EQ(answer.status, HttpStatus(ended.status.code()));
      EXPECT_NE(answer.status, 200);
      EXPECT_EQ(answer.content_type, "application/json");
      EXPECT_EQ(ParseConnectError(answer.status, answer.body), ended.status);
    }
  }
}

TEST(ConnectUnaryTest, ErrorNeedsNoMessage) {
  Answer answer;
  const Status status = NotFound("x");
  const Metadata none;
  ConnectUnary().Finish({}, {&status, &none, &none, nullptr}, &answer);
  EXPECT_EQ(answer.body, R"({"code":"not_found","message":"x"})");
}

// Conformance 5.4: every value of a repeated key, in order; trailers prefixed.
TEST(ConnectUnaryTest, MetadataTravelsWithSuccessAndWithErrors) {
  for (const Status& status : {Status(), NotFound("x")}) {
    Ended ended;
    ended.status = status;
    ended.leading.Add("X-A", "1");
    ended.leading.Add("x-bin", std::string("\xff", 1));
    ended.leading.Add("x-a", "2");
    ended.trailing.Add("x-a", "3");
    ended.trailing.Add("t-bin", "");
    ended.trailing.Add("x-a", "4");
    ended.Finish();
    EXPECT_EQ(ended.answer.status, status.ok() ? 200 : 404);
    EXPECT_EQ(ended.fields(), (Pairs{{"x-a", "1"},
                                     {"x-bin", "/w"},
                                     {"x-a", "2"},
                                     {"trailer-x-a", "3"},
                                     {"trailer-t-bin", ""},
                                     {"trailer-x-a", "4"}}));
  }
}

TEST(ConnectUnaryTest, UnsendableMetadataMakesTheWholeAnswerInternal) {
  std::string logged;
  LogOptions log;
  log.sink = [&logged](std::string_view line) { logged = line; };
  log.rates_limited = false;
  InitLogging(log);
  for (const Status& status : {Status(), NotFound("x")}) {
    for (const bool leading : {true, false}) {
      Ended ended;
      ended.status = status;
      ended.leading.Add("good", "1");
      (leading ? ended.leading : ended.trailing).Add("evil", "1\r\nset-cookie: a=b");
      const Answer& answer = *ended.Finish();
      EXPECT_EQ(answer.status, 500);
      EXPECT_TRUE(answer.replaced);
      EXPECT_EQ(answer.headers.size(), 0u);
      const Status sent = ParseConnectError(answer.status, answer.body);
      EXPECT_EQ(sent.code(), Code::kInternal);
      EXPECT_EQ(sent.message().find("evil"), std::string_view::npos) << "for the log only";
      EXPECT_NE(logged.find("\"evil\""), std::string::npos) << logged;
      EXPECT_EQ(answer.body.find("set-cookie"), std::string::npos);
    }
  }
  InitLogging(LogOptions());
}

// Leading and trailing together, and many small ones too.
TEST(ConnectUnaryTest, TooMuchMetadataMakesTheWholeAnswerInternal) {
  LogOptions log;
  std::string logged;
  log.sink = [&logged](std::string_view line) { logged = line; };
  log.rates_limited = false;
  InitLogging(log);
  Ended fits;
  fits.leading.Add("a", std::string(kMaxAnswerMetadata / 2, 'x'));
  fits.trailing.Add("b", std::string(kMaxAnswerMetadata / 2 - 2 * 32 - 8 - 2, 'x'));
  EXPECT_EQ(fits.Finish()->status, 200);
  EXPECT_FALSE(fits.answer.replaced);
  fits.trailing.Add("c", "");
  EXPECT_EQ(fits.Finish()->status, 500);
  EXPECT_EQ(fits.answer.headers.size(), 0u);
  EXPECT_NE(logged.find("more than the 12288"), std::string::npos) << logged;
  Ended many;
  for (int i = 0; i < 400; ++i) many.leading.Add("a", "");
  EXPECT_EQ(many.Finish()->status, 500);
  InitLogging(LogOptions());
}

// A stranger may cause one with each call.
TEST(ConnectUnaryTest, OfUnsendableAnswersTheLogTellsOneASecond) {
  LogOptions log;
  int lines = 0;
  log.sink = [&lines](std::string_view) { ++lines; };
  InitLogging(log);
  Ended evil;
  evil.leading.Add("evil", "\n");
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(evil.Finish()->replaced);
  InitLogging(LogOptions());
  EXPECT_LT(lines, 100);
}

TEST(ConnectUnaryTest, AnswerIsReusedWithNothingLeftOver) {
  Ended ended;
  ended.status = NotFound("x");
  ended.leading.Add("a", "1");
  ended.Finish();
  ended.status = Status();
  ended.leading.Clear();
  ended.message = "second";
  ended.Finish(WireFormat::kProto);
  EXPECT_EQ(ended.answer.status, 200);
  EXPECT_EQ(ended.answer.content_type, "application/proto");
  EXPECT_EQ(ended.answer.body, "second");
  EXPECT_EQ(ended.answer.headers.size(), 0u);
}

}  // namespace
}  // namespace mailroom::rpc
