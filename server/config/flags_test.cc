// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/flags.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/config/testing/flags_fixture.h"

namespace mailroom {
namespace {

template <class T>
constexpr bool kHasFlag = requires(Flags flags, T* target) { flags.Add("n", target, ""); };

// A character is no number: std::cmp_less would not compile.
static_assert(!kHasFlag<char> && !kHasFlag<wchar_t> && !kHasFlag<char8_t>);
static_assert(!kHasFlag<char16_t> && !kHasFlag<char32_t> && !kHasFlag<float>);
static_assert(kHasFlag<bool> && kHasFlag<int8_t> && kHasFlag<uint8_t> && kHasFlag<uint64_t>);

class FlagsTest : public FlagsFixture {
 protected:
  // Prints the flags as a file and reads it.
  void ExpectReadBack() {
    ASSERT_EQ(Parse({"--print-config"}), 0) << said;
    const std::string file = printed;
    EXPECT_EQ(Parse({"--config", Write(file)}), -1) << said << file;
    EXPECT_EQ(Parse({"--config", Write(file), "--print-config"}), 0) << said;
    EXPECT_EQ(printed, file);
  }
  void ExpectWrongDefault(const std::string& wanted) {
    for (const std::string word : {"--print-config", "--limit=5"}) {
      EXPECT_EQ(Parse({word}), 2) << word;
      EXPECT_EQ(said.find("flag --limit: its default: " + wanted), 0u) << said;
      EXPECT_EQ(said.find("--help"), std::string::npos) << said;
    }
  }
};

// A flag of no type that Add knows, whose value is always `text`.
Flag Constant(std::string name, Flag::Shape shape, std::string text) {
  return Flag{std::move(name),
              "N",
              "made by hand",
              shape,
              [text](const Flag::Texts& texts) {
                return texts == Flag::Texts{text} ? "" : "'" + texts.front() + "' is another";
              },
              [text] { return Flag::Texts{text}; }};
}

TEST_F(FlagsTest, HowLongAConnectionLives) {
  EXPECT_EQ(Parse({"--max-requests-per-connection", "1000", "--max-connection-age", "30m",
                   "--max-connection-age-grace", "10s", "--linger-timeout", "500ms",
                   "--max-call-timeout", "1m", "--max-body-memory-bytes", "1000000"}),
            -1);
  EXPECT_EQ(options.max_requests_per_connection, 1000u);
  EXPECT_EQ(options.max_connection_age, std::chrono::minutes(30));
  EXPECT_EQ(options.max_connection_age_grace, std::chrono::seconds(10));
  EXPECT_EQ(options.linger_timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(options.max_call_timeout, std::chrono::minutes(1));
  EXPECT_EQ(options.max_body_memory_bytes, 1000000u);
  EXPECT_EQ(Parse({"--max-requests-per-connection=0", "--max-connection-age=0s"}), -1);
  EXPECT_EQ(options.max_requests_per_connection, 0u);
  EXPECT_EQ(Parse({"--max-requests-per-connection=many"}), 2);
  EXPECT_NE(said.find("0: no limit"), std::string::npos) << said;
}

TEST_F(FlagsTest, WithoutFlagsTheDefaultsStand) {
  EXPECT_EQ(Parse({}), -1);
  EXPECT_EQ(options.listen, std::vector<std::string>({"127.0.0.1:8080"}));
  EXPECT_EQ(options.admin_listen, "127.0.0.1:9090");
  EXPECT_EQ(options.workers, -1);
  EXPECT_EQ(options.drain_delay, Duration::zero());
}

TEST_F(FlagsTest, EveryFlagReachesItsOption) {
  EXPECT_EQ(Parse({"--listen",
                   "[::1]:0",
                   "--listen=unix:/run/a.sock",
                   "--unix-mode",
                   "0600",
                   "--admin-listen=",
                   "--io-threads",
                   "3",
                   "--workers",
                   "0",
                   "--mailbox-capacity",
                   "64",
                   "--max-connections",
                   "9",
                   "--send-buffer-bytes",
                   "8192",
                   "--max-message-bytes",
                   "1000",
                   "--max-reply-bytes",
                   "2000",
                   "--compress-min-bytes",
                   "0",
                   "--header-timeout",
                   "500ms",
                   "--body-timeout",
                   "2m",
                   "--idle-timeout",
                   "1h",
                   "--write-timeout",
                   "7s",
                   "--half-close-timeout",
                   "8s",
                   "--peer-timeout",
                   "9s",
                   "--drain-delay",
                   "1s",
                   "--drain-timeout",
                   "3s",
                   "--log-level",
                   "warning",
                   "--log-format",
                   "json",
                   "--log-file",
                   "/var/log/server.log",
                   "--access-log",
                   "--access-log-sample",
                   "100"}),
            -1)
      << said;
  EXPECT_EQ(options.listen, std::vector<std::string>({"[::1]:0", "unix:/run/a.sock"}));
  EXPECT_EQ(options.unix_mode, 0600u);
  EXPECT_EQ(options.admin_listen, "");
  EXPECT_EQ(options.io_threads, 3);
  EXPECT_EQ(options.workers, 0);
  EXPECT_EQ(options.mailbox_capacity, 64u);
  EXPECT_EQ(options.max_connections, 9u);
  EXPECT_EQ(options.send_buffer_bytes, 8192u);
  EXPECT_EQ(options.max_message_bytes, 1000u);
  EXPECT_EQ(options.max_reply_bytes, 2000u);
  EXPECT_EQ(options.compress_min_bytes, 0u);
  EXPECT_EQ(options.header_timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(options.body_timeout, std::chrono::minutes(2));
  EXPECT_EQ(options.idle_timeout, std::chrono::hours(1));
  EXPECT_EQ(options.write_timeout, std::chrono::seconds(7));
  EXPECT_EQ(options.half_close_timeout, std::chrono::seconds(8));
  EXPECT_EQ(options.peer_timeout, std::chrono::seconds(9));
  EXPECT_EQ(options.drain_delay, std::chrono::seconds(1));
  EXPECT_EQ(options.drain_timeout, std::chrono::seconds(3));
  EXPECT_EQ(options.log_level, LogLevel::kWarning);
  EXPECT_EQ(options.log_format, LogFormat::kJson);
  EXPECT_EQ(options.log_file, "/var/log/server.log");
  EXPECT_TRUE(options.access_log);
  EXPECT_EQ(options.access_log_sample, 100u);
}

TEST_F(FlagsTest, AnUnknownFlagNamesTheNearest) {
  EXPECT_EQ(Parse({"--worker", "3"}), 2);
  EXPECT_NE(said.find("unknown flag --worker; did you mean --workers?"), std::string::npos) << said;
  EXPECT_EQ(Parse({"--entirely-different-thing"}), 2);
  EXPECT_NE(said.find("unknown flag --entirely-different-thing\n"), std::string::npos) << said;
}

TEST_F(FlagsTest, ABadValueSaysWhatIsWrongAndWhatIsRight) {
  EXPECT_EQ(Parse({"--idle-timeout", "5 parsecs"}), 2);
  EXPECT_NE(said.find("--idle-timeout"), std::string::npos) << said;
  EXPECT_NE(said.find("500ms, 5s, 2m or 1h"), std::string::npos) << said;
  EXPECT_EQ(Parse({"--workers", "-2"}), 2);
  EXPECT_EQ(Parse({"--io-threads", "0"}), 2);
  EXPECT_EQ(Parse({"--io-threads", "65"}), 2);
  EXPECT_EQ(Parse({"--workers", "many"}), 2);
  EXPECT_EQ(Parse({"--unix-mode", "rw-rw----"}), 2);
  EXPECT_NE(said.find("0660"), std::string::npos) << said;
  EXPECT_EQ(Parse({"--mailbox-capacity", "0"}), 2);
  EXPECT_EQ(Parse({"--compress-min-bytes", "1k"}), 2);
  EXPECT_EQ(Parse({"--log-level", "waning"}), 2);
  EXPECT_NE(said.find("did you mean warning?"), std::string::npos) << said;
  EXPECT_EQ(Parse({"--workers"}), 2) << "a value is missing";
}

TEST_F(FlagsTest, TheEnvironmentFillsWhatNoFlagSays) {
  const Variable idle("MAILROOM_IDLE_TIMEOUT", "5s");
  const Variable workers("MAILROOM_WORKERS", "3");
  const Variable access("MAILROOM_ACCESS_LOG", "true");
  const Variable admin("MAILROOM_ADMIN_LISTEN", "none");
  const Variable foreign("MAILROOM_PORT", "tcp://10.0.0.1:80");  // an orchestrator's
  EXPECT_EQ(Parse({"--workers", "1"}), -1) << said;
  EXPECT_EQ(options.idle_timeout, std::chrono::seconds(5));
  EXPECT_EQ(options.workers, 1) << "flags win";
  EXPECT_TRUE(options.access_log);
  EXPECT_EQ(options.admin_listen, "");
}

TEST_F(FlagsTest, AnEmptyVariableIsUnset) {
  const std::string file = Write("workers = 4\naccess-log = true\nlisten = [\"unix:/a\"]\n");
  const Variable config("MAILROOM_CONFIG", "");
  EXPECT_EQ(Parse({}), -1) << said;
  for (const char* name : {"MAILROOM_WORKERS", "MAILROOM_ACCESS_LOG", "MAILROOM_LISTEN",
                           "MAILROOM_ADMIN_LISTEN", "MAILROOM_IDLE_TIMEOUT"}) {
    const Variable empty(name, "");
    EXPECT_EQ(Parse({"--config", file}), -1) << said;
    EXPECT_EQ(options.workers, 4);
    EXPECT_TRUE(options.access_log);
    EXPECT_EQ(options.listen, std::vector<std::string>({"unix:/a"}));
    EXPECT_EQ(options.admin_listen, "127.0.0.1:9090");
  }
}

TEST_F(FlagsTest, AWrongVariableIsNamed) {
  const Variable workers("MAILROOM_WORKERS", "many");
  EXPECT_EQ(Parse({"--workers", "1"}), 2) << "also where a flag wins";
  EXPECT_EQ(said.find("MAILROOM_WORKERS: 'many' is no number"), 0u) << said;
}

TEST_F(FlagsTest, ASwitchTakesTrueAndFalseOnly) {
  EXPECT_EQ(Parse({"--access-log=true"}), -1) << said;
  EXPECT_TRUE(options.access_log);
  EXPECT_EQ(Parse({"--access-log=false"}), -1) << said;
  EXPECT_FALSE(options.access_log);
  for (const char* text : {"--access-log=maybe", "--access-log=1", "--access-log=TRUE",
                           "--access-log=", "--access-log={}"}) {
    EXPECT_EQ(Parse({text}), 2) << text;
    EXPECT_NE(said.find("is neither true nor false"), std::string::npos) << said;
  }
  EXPECT_EQ(Parse({"--access-log", "true"}), 2) << "a word of its own is no value";
  EXPECT_NE(said.find("'true' is no flag"), std::string::npos) << said;
}

// CLI11 alone reads `[a,b]` as a list, `{}` as nothing and an empty word as none.
TEST_F(FlagsTest, AValueIsTakenAsItIsWritten) {
  std::string text;
  own.Add("text", &text, "any text");
  for (const std::string written : {"[a,b]", "{}", "", "%%", "=", "==a", " a ", "'a'", "a=b"}) {
    EXPECT_EQ(Parse({"--text=" + written}), -1) << said;
    EXPECT_EQ(text, written);
    text = "-";
    EXPECT_EQ(Parse({"--text", written}), -1) << said;
    EXPECT_EQ(text, written);
  }
}

TEST_F(FlagsTest, OfAFlagGivenTwiceTheLastCounts) {
  EXPECT_EQ(Parse({"--workers", "1", "--workers=2"}), -1) << said;
  EXPECT_EQ(options.workers, 2);
}

TEST_F(FlagsTest, HelpAndVersionExitWithZero) {
  EXPECT_EQ(Parse({"--help"}), 0);
  for (const char* flag : {"--listen", "--admin-listen", "--workers", "--drain-timeout"}) {
    EXPECT_NE(printed.find(flag), std::string::npos) << flag;
  }
  EXPECT_EQ(Parse({"--version"}), 0);
  EXPECT_EQ(printed.find("mailroom "), 0u) << printed;
}

TEST_F(FlagsTest, AProgramMayHaveFlagsOfItsOwn) {
  std::string database = "accounts.db";
  int shards = 4;
  uint8_t level = 1;
  bool strict = false;
  Duration every = std::chrono::minutes(1);
  std::vector<std::string> peers = {"a", "b"};
  own.Add("database", &database, "where the accounts are kept");
  own.Add("shards", &shards, "how many there are", {1, 16});
  own.Add("level", &level, "of what");
  own.Add("strict", &strict, "refuses more");
  own.Add("every", &every, "between two looks; 0s: never");
  own.Add("peer", &peers, "who else there is");

  EXPECT_EQ(Parse({"--help"}), 0);
  EXPECT_NE(printed.find("This program's own:"), std::string::npos) << printed;
  EXPECT_NE(printed.find("--database TEXT"), std::string::npos) << printed;

  const std::string file = Write("database = \"x.db\"\nstrict = true\nworkers = 2\n");
  const Variable variable("MAILROOM_EVERY", "5s");
  EXPECT_EQ(Parse({"--config", file, "--shards", "16", "--peer=c,d", "--level=255"}), -1) << said;
  EXPECT_EQ(database, "x.db");
  EXPECT_EQ(shards, 16);
  EXPECT_EQ(level, 255);
  EXPECT_TRUE(strict);
  EXPECT_EQ(every, std::chrono::seconds(5));
  EXPECT_EQ(peers, std::vector<std::string>({"c", "d"}));
  EXPECT_EQ(options.workers, 2);

  EXPECT_EQ(Parse({"--print-config"}), 0);
  EXPECT_NE(printed.find("database = \"x.db\"\n"), std::string::npos) << printed;
  EXPECT_NE(printed.find("peer = [\"c\", \"d\"]\n"), std::string::npos) << printed;
  for (const char* wrong : {"--shards=0", "--shards=17", "--shards=", "--level=256", "--level=-1",
                            "--strict=no", "--every=5"}) {
    EXPECT_EQ(Parse({wrong}), 2) << wrong;
  }
  EXPECT_EQ(Parse({"--shard=1"}), 2);
  EXPECT_NE(said.find("did you mean --shards?"), std::string::npos) << said;
}

TEST_F(FlagsTest, AProgramsFlagNeedsANameOfItsOwn) {
  std::string text;
  for (const char* name : {"listen", "config", "help", "version", "print-config"}) {
    own = Flags();
    own.Add(name, &text, "");
    EXPECT_EQ(Parse({}), 2) << name;
    EXPECT_NE(said.find("is there already"), std::string::npos) << said;
  }
  for (const char* name : {"", "-x", "x-", "Upper", "under_score", "sp ace", "a.b"}) {
    own = Flags();
    own.Add(name, &text, "");
    EXPECT_EQ(Parse({}), 2) << name;
    EXPECT_NE(said.find("lower case"), std::string::npos) << said;
  }
  own = Flags();
  own.Add("twice", &text, "");
  own.Add("twice", &text, "");
  EXPECT_EQ(Parse({}), 2);
}

TEST_F(FlagsTest, AHelpOfAnyTextIsACommentInTheFile) {
  std::string text;
  own.Add("lines", &text, "where it is kept\nworkers = 7\r\n\nmore");
  std::string controls;
  for (char c = 1; c < 127; ++c) controls += c;
  own.Add("controls", &text, controls + "\x7F \xC2\x85 \xE2\x80\xA8 \xEF\xBB\xBF");
  ExpectReadBack();
  EXPECT_EQ(options.workers, -1);
  EXPECT_NE(printed.find("# where it is kept\n# workers = 7"), std::string::npos) << printed;
  own.Add("latin", &text, "caf\xE9");
  EXPECT_EQ(Parse({"--print-config"}), 2);
  EXPECT_EQ(said.find("flag --latin: its help is not UTF-8"), 0u) << said;
}

TEST_F(FlagsTest, ADefaultThatItsFlagRefusesIsTold) {
  uint64_t large = UINT64_MAX;
  own.Add("limit", &large, "the most");
  ExpectWrongDefault("'18446744073709551615' is no whole number from 0 to 9223372036854775807");
  own = Flags();
  int small = 0;
  own.Add("limit", &small, "the most", {1, 16});
  ExpectWrongDefault("'0' is no whole number from 1 to 16");
  own = Flags();
  std::string text = "\xFF";
  own.Add("limit", &text, "the most");
  ExpectWrongDefault("the value is not UTF-8");
  own = Flags();
  Duration endless = Duration::max();
  own.Add("limit", &endless, "the most; 0s: none");
  ExpectWrongDefault("'9223372036854775807ns' is no duration");
  own = Flags();
  Flag none = Constant("limit", Flag::Shape::kText, "");
  none.get = [] { return Flag::Texts(); };
  own.Add(none);
  ExpectWrongDefault("there are 0 texts, and the flag takes one");
}

// It printed a file that --config refuses.
TEST_F(FlagsTest, AnOptionOfTheProgramThatNoFileHoldsIsNotPrinted) {
  options.peer_timeout = std::chrono::milliseconds(5);
  EXPECT_EQ(Parse({"--print-config"}), 2);
  EXPECT_EQ(printed, "");
  EXPECT_EQ(said.find("an option of the program's own: --peer-timeout: '5ms' is shorter "), 0u)
      << said;
  EXPECT_EQ(said.find("--help"), std::string::npos) << said;
  EXPECT_EQ(Parse({"--print-config", "--peer-timeout=5s"}), 0) << said;
  options.log_file = "\xFF";
  EXPECT_EQ(Parse({"--print-config"}), 2);
  EXPECT_NE(said.find("--log-file: the value is not UTF-8"), std::string::npos) << said;
}

TEST_F(FlagsTest, TheEndsOfEveryTypeAreReadBack) {
  int64_t least = INT64_MIN;
  int64_t most = INT64_MAX;
  uint64_t count = INT64_MAX;
  Duration never = Duration::zero();
  std::vector<std::string> none;
  std::vector<std::string> odd = {"", "a,b", "# \"", "'''", "\t"};
  own.Add("least", &least, "");
  own.Add("most", &most, "");
  own.Add("count", &count, "");
  own.Add("never", &never, "; 0s: none");
  own.Add("none", &none, "");
  own.Add("odd", &odd, "");
  ExpectReadBack();
  EXPECT_EQ(least, INT64_MIN);
  EXPECT_EQ(count, uint64_t{INT64_MAX});
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(odd.size(), 5u);
}

TEST_F(FlagsTest, AValueThatIsNoTomlByItselfIsPrintedInQuotes) {
  for (const char* text : {"007", "-0", "-007", "+1", "0x10", "1.5", "-", "", "9223372036854775808",
                           "auto", "nan", "true"}) {
    own = Flags();
    own.Add(Constant("code", Flag::Shape::kNumber, text));
    ExpectReadBack();
    EXPECT_NE(printed.find("code = \"" + std::string(text) + "\"\n"), std::string::npos) << printed;
  }
  for (const char* text : {"0", "-1", "9223372036854775807", "-9223372036854775808"}) {
    own = Flags();
    own.Add(Constant("code", Flag::Shape::kNumber, text));
    ExpectReadBack();
    EXPECT_NE(printed.find("code = " + std::string(text) + "\n"), std::string::npos) << printed;
  }
  own = Flags();
  own.Add(Constant("code", Flag::Shape::kSwitch, "on"));
  ExpectReadBack();
}

}  // namespace
}  // namespace mailroom
