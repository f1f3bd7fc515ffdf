// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/admin.h"

#include <atomic>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/http/testing/http_reply.h"
#include "mailroom/io/testing/loopback.h"

namespace mailroom::server {
namespace {

class AdminTest : public ::testing::Test {
 protected:
  AdminTest()
      : admin({[this] { return ready.load(); }, [] { return std::string("a_metric 1\n"); }},
              Clock::System()) {
    Result<std::string> bound = admin.Start("127.0.0.1:0");
    EXPECT_TRUE(bound.ok());
    address = *bound;
  }

  testing::HttpReply Get(const std::string& path, const std::string& method = "GET") {
    return Ask(method + " " + path + " HTTP/1.1\r\nhost: a\r\n\r\n");
  }
  testing::HttpReply Ask(const std::string& request) {
    io::Peer peer = io::Peer::Connect(*io::Address::Parse(address));
    peer.Send(request);
    std::string bytes;
    for (;;) {
      if (auto reply = testing::TakeReply(&bytes)) return *reply;
      peer.AwaitReadable();
      if (peer.AtEnd()) return testing::HttpReply();
      bytes += peer.Receive();
    }
  }

  std::atomic<bool> ready{true};
  Admin admin;
  std::string address;
};

TEST_F(AdminTest, SaysThatItLivesAndIsReady) {
  EXPECT_EQ(Get("/livez").status, 200);
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(AdminTest, WhileDrainingItLivesButIsNotReady) {
  ready.store(false);
  EXPECT_EQ(Get("/livez").status, 200);
  EXPECT_EQ(Get("/readyz").status, 503);
}

TEST_F(AdminTest, ServesMetricsAsPrometheusText) {
  const testing::HttpReply reply = Get("/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.Find("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(reply.body, "a_metric 1\n");
}

TEST_F(AdminTest, AnythingElseIsTold) {
  EXPECT_EQ(Get("/nowhere").status, 404);
  const testing::HttpReply post = Get("/livez", "POST");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.headers.Find("allow"), "GET, HEAD");
}

// As probes do. HAProxy's and Kubernetes' were closed on without a word.
TEST_F(AdminTest, AProbeThatClosesTheConnectionIsAnswered) {
  for (const char* request : {"GET /readyz HTTP/1.0\r\n\r\n",
                              "GET /readyz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"}) {
    const testing::HttpReply reply = Ask(request);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.headers.Find("connection"), "close");
  }
}

TEST_F(AdminTest, WhatIsNoRequestIsToldOnce) {
  const testing::HttpReply reply = Ask("GET\r\n\r\nGET /livez HTTP/1.1\r\nhost: a\r\n\r\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.headers.Find("connection"), "close");
}

// The wait for a 100 that never came took a client's own timeout.
TEST_F(AdminTest, WhoAwaitsContinueIsAnsweredAtOnce) {
  const std::string rest =
      " HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n";
  const testing::HttpReply page = Ask("GET /livez" + rest);
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.Find("connection"), "close") << "its body may come or not";
  EXPECT_EQ(Ask("POST /livez" + rest).status, 405);
  EXPECT_EQ(Ask("GET /livez HTTP/1.1\r\nhost: a\r\nexpect: coffee\r\n\r\n").status, 417);
}

TEST_F(AdminTest, ARequestWithABodyInASecondPieceIsAnswered) {
  for (const char* fields : {"", "connection: close\r\n"}) {
    io::Peer peer = io::Peer::Connect(*io::Address::Parse(address));
    peer.Send(std::string("GET /livez HTTP/1.1\r\nhost: a\r\n") + fields +
              "content-length: 4\r\n\r\nbo");
    Get("/livez");  // the first half has been read
    peer.Send("dy");
    std::string bytes;
    while (!peer.AtEnd() && bytes.find("\r\n\r\nok\n") == std::string::npos) {
      peer.AwaitReadable();
      bytes += peer.Receive();
    }
    EXPECT_TRUE(bytes.starts_with("HTTP/1.1 200 ")) << bytes;
  }
}

TEST_F(AdminTest, ARefusalNamesLimitsOfThisPort) {
  const testing::HttpReply reply =
      Ask("POST /livez HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n");
  EXPECT_EQ(reply.status, 413);
  EXPECT_NE(reply.body.find("65536"), std::string::npos) << reply.body;
  EXPECT_EQ(reply.body.find("--"), std::string::npos) << reply.body;
}

TEST_F(AdminTest, PeersThatNeverEndTheirRequestDoNotShutAProbeOut) {
  std::vector<io::Peer> slow;
  for (size_t i = 0; i < Admin::kMaxPeers + 10; ++i) {
    slow.push_back(io::Peer::Connect(*io::Address::Parse(address)));
    slow.back().Send("GET /livez HTTP/1.1\r\n");
  }
  EXPECT_EQ(Get("/livez").status, 200);
}

TEST_F(AdminTest, AnAddressInUseIsAnError) {
  Admin second({[] { return true; }, [] { return std::string(); }}, Clock::System());
  EXPECT_EQ(second.Start(address).status().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace mailroom::server
