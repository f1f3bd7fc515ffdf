// SPDX-License-Identifier: Apache-2.0
// Each row of the table against a running server: whole, in pieces of seven bytes and
// byte by byte, each piece only when the server has read the one before.
#include <chrono>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

#include "mailroom/io/testing/loopback.h"
#include "mailroom/server/testing/received_bytes.h"
#include "mailroom/tests/integration/live_server.h"
#include "mailroom/tests/integration/strictness/rows.h"

namespace mailroom::tests::strictness {
namespace {

// Only a server that is wrong makes a test wait for so long.
constexpr std::chrono::milliseconds kPatience(5000);
constexpr size_t kLong = 2000;
// Answered on any connection that still takes requests, and by no row alone.
const std::string kProbe = Line("OPTIONS * HTTP/1.1");

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// One connection and what came back on it.
class Caller final {
 public:
  explicit Caller(LiveServer& server)
      : server_(server.server()),
        base_(testing::ReceivedBytes(server_)),
        peer_(io::Peer::Connect(*io::Address::Parse(server.address()))) {}

  // Sends it in pieces of that size; ends early when the server has. Of a long row
  // several pieces may be read at once.
  void Feed(std::string_view bytes, size_t size) {
    const size_t stride = bytes.size() > kLong ? 16 * size : 1;
    size_t sent = 0;
    while (!bytes.empty() && !peer_.AtEnd()) {
      std::string_view piece = bytes.substr(0, size);
      bytes.remove_prefix(piece.size());
      sent += piece.size();
      if (!peer_.TrySend(&piece) || !piece.empty()) return;
      if (sent % stride != 0) continue;
      while (testing::ReceivedBytes(server_) < base_ + sent && !peer_.AtEnd())
        std::this_thread::yield();
    }
  }

  // The next answer as the table writes it, "end", or "nothing".
  std::string Next(bool to_head) {
    for (;;) {
      if (const std::optional<std::string> verdict = TakeAnswer(to_head)) return *verdict;
      if (peer_.AtEnd()) return "end";
      if (!peer_.AwaitReadable(kPatience)) return "nothing";
      const std::string more = peer_.Receive();
      if (more.empty() && !peer_.AtEnd()) return "reset";
      rest_ += more;
    }
  }

  void EndSending() { peer_.ShutdownWrite(); }
  bool said_close() const { return Contains(head_, "\r\nconnection: close\r\n"); }
  const std::string& heard() const { return heard_; }

 private:
  std::optional<std::string> TakeAnswer(bool to_head) {
    const size_t end = rest_.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    const std::string head = rest_.substr(0, end + 2);
    const std::string status = head.substr(9, 3);
    const bool bare = status[0] == '1' || status == "204";
    const size_t at = head.find("\r\ncontent-length: ");
    size_t length = 0;
    if (at != std::string::npos) length = std::stoul(head.substr(at + 18));
    if (to_head) length = 0;
    if (rest_.size() < end + 4 + length) return std::nullopt;
    EXPECT_EQ(head.substr(0, 9), "HTTP/1.1 ");
    EXPECT_EQ(at == std::string::npos, bare) << "RFC 9110 s8.6: " << head;
    EXPECT_EQ(Contains(head, "\r\ndate: "), status[0] != '1') << "RFC 9110 s6.6.1: " << head;
    head_ = head;
    heard_ += rest_.substr(0, end + 4 + length);
    rest_.erase(0, end + 4 + length);
    return to_head ? status + "h" : status;
  }

  Server& server_;
  const uint64_t base_;
  io::Peer peer_;
  std::string rest_;
  std::string head_;   // of the last answer
  std::string heard_;  // all answers
};

// What becomes of the connection behind the last answer, in the table's words.
std::string Fate(Caller& caller, bool cut) {
  if (cut) {
    caller.EndSending();
    const std::string next = caller.Next(/*to_head=*/false);
    return next == "end" ? "cut" : "cut, then " + next;
  }
  if (caller.said_close()) {
    const std::string next = caller.Next(/*to_head=*/false);
    return next == "end" ? "closed" : "close said, then " + next;
  }
  caller.Feed(kProbe, kProbe.size());
  const std::string next = caller.Next(/*to_head=*/false);
  return next == "204" ? "open" : "not open: " + next;
}

// As many answers as the row has, then the fate.
std::string VerdictOf(const Row& row, Caller& caller) {
  std::istringstream words(row.want);
  std::string verdict;
  std::string word;
  while (words >> word && word[0] >= '1' && word[0] <= '9') {
    std::string next = caller.Next(word.back() == 'h');
    // Told to go on, when the body came behind its head: no answer of a row's own.
    if (next == "100" && word != next) next = caller.Next(word.back() == 'h');
    verdict += next + " ";
    if (next != word) return verdict;
  }
  return verdict + Fate(caller, word == "cut");
}

class StrictnessTest : public ::testing::TestWithParam<Row> {
 protected:
  static void SetUpTestSuite() {
    ServerOptions options;
    options.max_message_bytes = kMessageLimit;
    server_ = std::make_unique<LiveServer>(Threads{1, 1}, options);
  }
  static void TearDownTestSuite() { server_.reset(); }

  void ExpectVerdict(size_t piece) {
    const Row& row = GetParam();
    Caller caller(*server_);
    caller.Feed(row.raw, piece);
    EXPECT_EQ(VerdictOf(row, caller), row.want) << caller.heard();
    for (const std::string& word : row.says) {
      const bool wanted = word[0] != '!';
      EXPECT_EQ(Contains(caller.heard(), wanted ? word : word.substr(1)), wanted)
          << word << " in:\n"
          << caller.heard();
    }
  }

  static std::unique_ptr<LiveServer> server_;
};
std::unique_ptr<LiveServer> StrictnessTest::server_;

TEST_P(StrictnessTest, Whole) { ExpectVerdict(GetParam().raw.size()); }
TEST_P(StrictnessTest, InSevens) { ExpectVerdict(7); }
TEST_P(StrictnessTest, ByteByByte) { ExpectVerdict(1); }

std::string NameOfRow(const ::testing::TestParamInfo<Row>& info) { return info.param.name; }

#define MAILROOM_ROWS(subject) \
  INSTANTIATE_TEST_SUITE_P(subject, StrictnessTest, ::testing::ValuesIn(subject##Rows()), NameOfRow)

MAILROOM_ROWS(RequestLine);
MAILROOM_ROWS(Target);
MAILROOM_ROWS(Host);
MAILROOM_ROWS(Field);
MAILROOM_ROWS(Length);
MAILROOM_ROWS(Encoding);
MAILROOM_ROWS(Chunk);
MAILROOM_ROWS(Connection);
MAILROOM_ROWS(Expect);
MAILROOM_ROWS(Pipeline);
MAILROOM_ROWS(Limit);

#undef MAILROOM_ROWS

TEST(StrictnessTableTest, HasAtLeast250Rows) {
  size_t count = 0;
  for (const Rows& rows :
       {RequestLineRows(), TargetRows(), HostRows(), FieldRows(), LengthRows(), EncodingRows(),
        ChunkRows(), ConnectionRows(), ExpectRows(), PipelineRows(), LimitRows()}) {
    count += rows.size();
  }
  EXPECT_GE(count, 250u);
  RecordProperty("rows", static_cast<int>(count));
}

}  // namespace
}  // namespace mailroom::tests::strictness
