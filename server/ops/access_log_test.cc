// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/access_log.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace mailroom::server {
namespace {

using std::chrono::microseconds;

// 2026-11-21T16:30:05.000042Z
constexpr WallTime kNow(std::chrono::sys_days(std::chrono::year_month_day(std::chrono::year(2026),
                                                                          std::chrono::November,
                                                                          std::chrono::day(21))) +
                        std::chrono::hours(16) + std::chrono::minutes(30) +
                        std::chrono::seconds(5) + microseconds(42));

AccessEntry Greeting() {
  AccessEntry entry;
  entry.protocol = "connect";
  entry.method = "/greet.v1.GreetService/Greet";
  entry.http_status = 200;
  entry.request_bytes = 17;
  entry.response_bytes = 26;
  entry.took = microseconds(1234567);
  entry.queued = microseconds(15);
  entry.peer = "127.0.0.1:40112";
  entry.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  entry.user_agent = "curl/7.88.1";
  return entry;
}

std::string Taken(AccessLog& log) {
  std::string lines;
  log.waiting()->Take(&lines);
  return lines;
}

TEST(AccessLogTest, ATextLineTellsEverything) {
  AccessLog log({.on = true});
  log.Add(Greeting(), kNow);
  EXPECT_EQ(Taken(log),
            "2026-11-21T16:30:05.000042Z info access] protocol=connect "
            "method=/greet.v1.GreetService/Greet code=ok status=200 request_bytes=17 "
            "response_bytes=26 duration_s=1.234567 queue_s=0.000015 peer=127.0.0.1:40112 "
            "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 user_agent=\"curl/7.88.1\"\n");
  EXPECT_EQ(Taken(log), "");
}

TEST(AccessLogTest, AJsonLineTellsTheSame) {
  AccessLog log({.on = true, .format = LogFormat::kJson});
  log.Add(Greeting(), kNow);
  EXPECT_EQ(Taken(log),
            R"({"time":"2026-11-21T16:30:05.000042Z","level":"info","message":"access",)"
            R"("protocol":"connect","method":"/greet.v1.GreetService/Greet","code":"ok",)"
            R"("status":200,"request_bytes":17,"response_bytes":26,"duration_s":1.234567,)"
            R"("queue_s":0.000015,"peer":"127.0.0.1:40112",)"
            R"("trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","user_agent":"curl/7.88.1"})"
            "\n");
}

TEST(AccessLogTest, WhatIsUnknownIsLeftOut) {
  AccessEntry entry;
  entry.protocol = "http";
  entry.method = "-";
  entry.code = Code::kUnimplemented;
  entry.http_status = 404;
  entry.peer = "unix";
  AccessLog text({.on = true});
  text.Add(entry, WallTime());
  EXPECT_EQ(Taken(text),
            "1970-01-01T00:00:00.000000Z info access] protocol=http method=- code=unimplemented "
            "status=404 request_bytes=0 response_bytes=0 duration_s=0.000000 peer=unix\n");
  AccessLog json({.on = true, .format = LogFormat::kJson});
  json.Add(entry, WallTime());
  EXPECT_TRUE(Taken(json).ends_with("\"duration_s\":0.000000,\"peer\":\"unix\"}\n"));
}

TEST(AccessLogTest, AClientForgesNeitherLineNorField) {
  AccessEntry entry = Greeting();
  entry.user_agent = "x\" code=ok\n\xFF";
  entry.request_line = "GET /x\" code=ok\n";
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    AccessLog log({.on = true, .format = format});
    log.Add(entry, kNow);
    const std::string line = Taken(log);
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    EXPECT_NE(line.find(R"("x\" code=ok\n\ufffd")"), std::string::npos) << line;
  }
}

TEST(AccessLogTest, OfCallsThatWentWellEveryNthIsWantedOfOthersEach) {
  AccessLog log({.on = true, .sample = 3});
  std::string wanted;
  for (int i = 0; i < 7; ++i) wanted.push_back(log.Admit(Code::kOk) ? '+' : '-');
  EXPECT_EQ(wanted, "--+--+-");
  EXPECT_TRUE(log.Admit(Code::kUnavailable));
  EXPECT_TRUE(log.Admit(Code::kUnavailable));
}

TEST(AccessLogTest, LinesOverTheBoundAreDroppedAndCounted) {
  AccessLog log({.on = true});
  log.Add(Greeting(), kNow);
  const size_t line = Taken(log).size();
  const size_t fit = AccessLog::kWaitingBytes / line;
  for (size_t i = 0; i < fit; ++i) log.Add(Greeting(), kNow);
  EXPECT_EQ(log.waiting()->lost(), 0u);
  log.Add(Greeting(), kNow);
  log.Add(Greeting(), kNow);
  EXPECT_EQ(log.waiting()->lost(), 2u);
  EXPECT_EQ(Taken(log).size(), fit * line);
  log.Add(Greeting(), kNow);
  EXPECT_EQ(Taken(log).size(), line);
}

// Everything that loops put in before the writer ended is written, line by line.
TEST(AccessLogWriterTest, WritesWhatIsLeftWhenItEnds) {
  std::vector<std::string> lines;
  LogOptions options;
  options.level = LogLevel::kOff;  // no matter
  options.sink = [&](std::string_view line) { lines.emplace_back(line); };
  InitLogging(std::move(options));
  AccessLog first({.on = true});
  AccessLog second({.on = true});
  auto writer = std::make_unique<AccessLogWriter>(std::vector<AccessLog*>{&first, &second});
  for (int i = 0; i < 1000; ++i) {
    first.Add(Greeting(), kNow);
    second.Add(Greeting(), kNow);
  }
  writer.reset();
  InitLogging(LogOptions());
  ASSERT_EQ(lines.size(), 2000u);
  for (const std::string& line : lines) EXPECT_TRUE(line.ends_with("curl/7.88.1\"")) << line;
}

}  // namespace
}  // namespace mailroom::server
