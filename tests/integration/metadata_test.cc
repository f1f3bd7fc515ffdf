// SPDX-License-Identifier: Apache-2.0
// What a handler sees of a request's headers, and what it may send back, through
// a whole server.
#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/base/log.h"
#include "mailroom/base/run_blocking.h"
#include "mailroom/echo/v1/echo.mailroom.h"
#include "mailroom/rpc/error_detail.h"
#include "mailroom/server/testing/in_memory_server.h"
#include "mailroom/tests/integration/http_client.h"

namespace mailroom::tests {
namespace {

using testing::HttpReply;
using testing::InMemoryServer;

constexpr const char* kEcho = "/mailroom.echo.v1.EchoService/Echo";
constexpr const char* kJson = "application/json";

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Does with each call what the test says.
class PuppetActor final : public echo::v1::EchoServiceActor<PuppetActor> {
 public:
  explicit PuppetActor(std::function<Status(Call&)> act) : act_(std::move(act)) {}

  Result<echo::v1::EchoResponse> Echo(const echo::v1::EchoRequest&, Call& call) {
    MAILROOM_RETURN_IF_ERROR(act_(call));
    return echo::v1::EchoResponse();
  }

 private:
  std::function<Status(Call&)> act_;
};

class MetadataTest : public ::testing::Test {
 protected:
  MetadataTest() {
    LogOptions log;
    log.sink = [this](std::string_view line) { logged_.append(line).append("\n"); };
    log.rates_limited = false;
    InitLogging(log);
    server_.Add<PuppetActor>([this](mailroom::Call& call) { return act_(call); });
  }
  ~MetadataTest() override { InitLogging(LogOptions()); }

  HttpReply Call(std::string_view extra = "") {
    return server_.Exchange(CallText(kEcho, kJson, "{}", extra));
  }
  // What the handler sees of these header lines.
  Pairs Seen(std::string_view lines) {
    Pairs seen;
    act_ = [&seen](mailroom::Call& call) {
      for (size_t i = 0; i < call.metadata().size(); ++i) {
        seen.emplace_back(call.metadata()[i].key, call.metadata()[i].value);
      }
      return Status();
    };
    EXPECT_EQ(Call(lines).status, 200);
    return seen;
  }
  // The answer to a call whose handler does this.
  HttpReply Doing(std::function<Status(mailroom::Call&)> act) {
    act_ = std::move(act);
    return Call();
  }
  // All values of one header.
  static std::vector<std::string> ValuesOf(const HttpReply& reply, std::string_view key) {
    std::vector<std::string> values;
    for (size_t i = 0; i < reply.headers.size(); ++i) {
      if (reply.headers[i].key == key) values.emplace_back(reply.headers[i].value);
    }
    return values;
  }

  std::function<Status(mailroom::Call&)> act_;
  InMemoryServer server_;
  std::string logged_;
};

using Values = std::vector<std::string>;

TEST_F(MetadataTest, AHeadThatComesAgainSaysTheSameAgain) {
  const Pairs none = Seen("");
  for (int round = 0; round < 2; ++round) {
    for (const char* name : {"ada", "bob", "cleo", "dora", "emil", "fred"}) {
      const std::string lines =
          std::string("X-Who: ") + name + "\r\nX-Raw-Bin: AAE\r\nConnect-Timeout-Ms: 5000\r\n";
      for (int i = 0; i < 4; ++i) {
        const Pairs seen = Seen(lines);
        ASSERT_EQ(seen.size(), none.size() + 2) << name << i;
        EXPECT_EQ(std::count(seen.begin(), seen.end(), Pairs::value_type("x-who", name)), 1)
            << name << i;
        EXPECT_EQ(Seen(""), none) << name << i << ": and nothing of the others'";
        EXPECT_EQ(Call("Connect-Timeout-Ms: soon\r\n").status, 400) << name << i;
      }
    }
  }
}

TEST_F(MetadataTest, ADeadlineIsCountedFromEachCallsOwnBegin) {
  std::vector<Duration> left;
  act_ = [&left](mailroom::Call& call) {
    left.push_back(call.remaining());
    return Status();
  };
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(Call("Connect-Timeout-Ms: 5000\r\n").status, 200);
    server_.Advance(std::chrono::seconds(3));
  }
  EXPECT_EQ(left, std::vector<Duration>(4, std::chrono::seconds(5)));
}

TEST_F(MetadataTest, RepeatedHeadersComeInTheirOrder) {
  EXPECT_EQ(Seen("X-A: 1\r\nx-b: x\r\nx-a: 2, 3\r\nX-a: \r\n"),
            (Pairs{{"x-a", "1"}, {"x-b", "x"}, {"x-a", "2, 3"}, {"x-a", ""}}));
}

TEST_F(MetadataTest, BinaryHeadersComeWithAndWithoutPaddingAndJoined) {
  const std::string bytes("\0\xff", 2);
  EXPECT_EQ(Seen("x-bin: AP8=\r\nX-Bin: AP8\r\nx-bin: AP8=,AP8 , aGk\r\nx-bin:\r\n"),
            (Pairs{{"x-bin", bytes},
                   {"x-bin", bytes},
                   {"x-bin", bytes},
                   {"x-bin", bytes},
                   {"x-bin", "hi"},
                   {"x-bin", ""}}));
  const HttpReply broken = Call("x-bin: AP8=AP8\r\n");
  EXPECT_EQ(broken.status, 400);
  EXPECT_NE(broken.body.find("\\\"x-bin\\\" is not base64"), std::string::npos) << broken.body;
}

TEST_F(MetadataTest, NothingOfTheTransportIsSeen) {
  EXPECT_EQ(Seen("Connection: keep-alive\r\nAccept-Encoding: gzip\r\nTE: trailers\r\n"
                 "Connect-Protocol-Version: 1\r\nConnect-Timeout-Ms: 1000\r\n"
                 "Connect-Accept-Encoding: gzip\r\nx-a: 1\r\n"),
            (Pairs{{"x-a", "1"}}));
}

TEST_F(MetadataTest, HeadersAndTrailersGoOutInTheirOrderWithRepliesAndErrors) {
  for (const Status& status : {Status(), NotFound("none")}) {
    const HttpReply reply = Doing([&status](mailroom::Call& call) {
      call.headers().Add("X-A", "1");
      call.trailers().Add("x-a", "3");
      call.headers().Add("x-a", "2");
      call.headers().Add("x-bin", std::string("\0\xff", 2));
      call.trailers().Add("x-bin", "\r\n");
      call.trailers().Add("x-a", "4");
      return status;
    });
    EXPECT_EQ(reply.status, status.ok() ? 200 : 404);
    EXPECT_EQ(ValuesOf(reply, "x-a"), (Values{"1", "2"}));
    EXPECT_EQ(ValuesOf(reply, "trailer-x-a"), (Values{"3", "4"}));
    EXPECT_EQ(ValuesOf(reply, "x-bin"), (Values{"AP8"}));
    EXPECT_EQ(ValuesOf(reply, "trailer-x-bin"), (Values{"DQo"}));
  }
}

TEST_F(MetadataTest, ErrorDetailsGoOutWithAndWithoutTheirDebugForm) {
  echo::v1::EchoRequest message;
  message.set_message("why");
  const ErrorDetail full = rpc::MakeErrorDetail(message);
  ErrorDetail bare = full;
  bare.debug.clear();
  const HttpReply reply = Doing([&](mailroom::Call&) {
    Status status = FailedPrecondition("x");
    status.AddDetail(full);
    status.AddDetail(bare);
    return status;
  });
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body,
            "{\"code\":\"failed_precondition\",\"message\":\"x\",\"details\":["
            "{\"type\":\"mailroom.echo.v1.EchoRequest\",\"value\":\"CgN3aHk\","
            "\"debug\":{\"message\":\"why\"}},"
            "{\"type\":\"mailroom.echo.v1.EchoRequest\",\"value\":\"CgN3aHk\"}]}");
}

// What a handler could smuggle out: its whole answer is `internal`, the caller
// learns nothing of it, the log all that is safe to log.
TEST_F(MetadataTest, NothingIsSmuggledOut) {
  using namespace std::string_view_literals;
  struct Row {
    std::string_view key;
    std::string_view value;
  };
  for (const Row& row : {
           Row{"x-a", "1\r\nset-cookie: stolen=1"sv},
           Row{"x-a", "1\nset-cookie: stolen=1"sv},
           Row{"x-a", "1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"sv},
           Row{"x-a", "stolen\0"sv},
           Row{"x-a\r\nset-cookie", "stolen"sv},
           Row{"x-a: stolen\r\nx", "1"sv},
           Row{"set cookie", "stolen"sv},
           Row{"", "stolen"sv},
           Row{":status", "stolen"sv},
           Row{"x-\xc3\xa9", "stolen"sv},
           Row{"x-a", "stolen\x80"sv},
           Row{"x-a", "\x7fstolen"sv},
           Row{"x-a", "stolen\tx"sv},
           // HTTP's own.
           Row{"Connection", "stolen"sv},
           Row{"content-length", "0"sv},
           Row{"Transfer-Encoding", "chunked"sv},
           Row{"content-type", "stolen/x"sv},
           Row{"content-encoding", "gzip"sv},
           Row{"trailer", "stolen"sv},
           Row{"upgrade", "stolen"sv},
           Row{"keep-alive", "stolen"sv},
           Row{"proxy-connection", "stolen"sv},
           Row{"te", "stolen"sv},
           Row{"date", "stolen"sv},
           Row{"host", "stolen"sv},
           // The protocols'.
           Row{"connect-timeout-ms", "stolen"sv},
           Row{"Connect-Stolen", "stolen"sv},
           Row{"trailer-x", "stolen"sv},
           Row{"grpc-status", "stolen"sv},
       }) {
    logged_.clear();
    const HttpReply reply = Doing([&row](mailroom::Call& call) {
      call.headers().Add("x-good", "stolen");
      call.headers().Add(row.key, row.value);
      return Status();
    });
    EXPECT_EQ(reply.status, 500) << row.key;
    EXPECT_EQ(reply.body,
              R"({"code":"internal","message":"the answer's metadata cannot be sent"})");
    for (size_t i = 0; i < reply.headers.size(); ++i) {
      EXPECT_EQ(reply.headers[i].value.find("stolen"), std::string::npos) << row.key;
    }
    EXPECT_NE(logged_.find("an answer was not sent"), std::string::npos);
    EXPECT_EQ(logged_.find('\n'), logged_.size() - 1) << "one line, whatever it holds";
    EXPECT_EQ(logged_.find("stolen=1"), std::string::npos) << "values are not logged";
  }
}

TEST_F(MetadataTest, TrailersAreNoWayAround) {
  using namespace std::string_view_literals;
  for (const auto& [key, value] :
       {std::pair("x-a"sv, "1\r\nset-cookie: a=b"sv), std::pair("x\r\nset-cookie"sv, "a=b"sv),
        std::pair("x-a"sv, "\0"sv), std::pair("connect-x"sv, "1"sv)}) {
    const HttpReply reply = Doing([&](mailroom::Call& call) {
      call.trailers().Add(key, value);
      return NotFound("x");
    });
    EXPECT_EQ(reply.status, 500) << key;
    EXPECT_TRUE(ValuesOf(reply, "set-cookie").empty());
  }
  // Behind the prefix these are names like any other.
  const HttpReply harmless = Doing([](mailroom::Call& call) {
    call.trailers().Add("content-length", "0");
    call.trailers().Add("trailer-x", "1");
    return Status();
  });
  EXPECT_EQ(harmless.status, 200);
  EXPECT_EQ(harmless.body, "{}");
  EXPECT_EQ(ValuesOf(harmless, "trailer-content-length"), (Values{"0"}));
  EXPECT_EQ(ValuesOf(harmless, "trailer-trailer-x"), (Values{"1"}));
}

TEST_F(MetadataTest, MoreThanClientsTakeIsInternal) {
  const auto sized = [](size_t bytes) {
    return [bytes](mailroom::Call& call) {
      call.trailers().Add("x", std::string(bytes, 'y'));
      return Status();
    };
  };
  EXPECT_EQ(Doing(sized(12 * 1024 - 8 - 1 - 32)).status, 200);
  EXPECT_EQ(Doing(sized(12 * 1024 - 8 - 1 - 31)).status, 500);
  EXPECT_NE(logged_.find("more than the 12288"), std::string::npos) << logged_;
  EXPECT_EQ(server_.Metric("mailroom_replaced_answers_total"), 1);
}

TEST_F(MetadataTest, TheConnectionLivesOnAfterARefusedAnswer) {
  io::Peer peer = server_.Connect();
  act_ = [](mailroom::Call& call) {
    call.headers().Add("x", "\r\n");
    return Status();
  };
  peer.Send(CallText(kEcho, kJson, "{}"));
  server_.Turn();
  std::string bytes = peer.Receive();
  EXPECT_EQ(testing::TakeReply(&bytes)->status, 500);
  act_ = [](mailroom::Call&) { return Status(); };
  peer.Send(CallText(kEcho, kJson, "{}"));
  server_.Turn();
  bytes = peer.Receive();
  EXPECT_EQ(testing::TakeReply(&bytes)->status, 200);
}

TEST_F(MetadataTest, OptionsServeCallAfterCall) {
  act_ = [](mailroom::Call& call) {
    call.headers().Add("heard", call.metadata().Find("said").value_or(""));
    return Status();
  };
  echo::v1::EchoServiceClient echo(server_.channel());
  rpc::CallOptions options;
  options.metadata.Add("said", "hello");
  const echo::v1::EchoRequest request;
  for (int call = 0; call < 2; ++call) {
    EXPECT_TRUE(RunBlocking(echo.Echo(request, options)).ok());
    size_t heard = 0;
    for (size_t i = 0; i < options.headers.size(); ++i) heard += options.headers[i].key == "heard";
    EXPECT_EQ(heard, 1u) << "those of this call alone";
  }
}

}  // namespace
}  // namespace mailroom::tests
