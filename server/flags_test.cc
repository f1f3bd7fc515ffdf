// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/flags.h"

#include <stdlib.h>

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace mailroom {
namespace {

class FlagsTest : public ::testing::Test {
 protected:
  // The exit code, or -1 to go on; what was said on stderr is in `said`.
  int Parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "server");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    ::testing::internal::CaptureStderr();
    ::testing::internal::CaptureStdout();
    const FlagsOutcome outcome = ParseFlags(static_cast<int>(argv.size()), argv.data(), &options);
    said = ::testing::internal::GetCapturedStderr();
    printed = ::testing::internal::GetCapturedStdout();
    return outcome.exit_code.value_or(-1);
  }

  ServerOptions options;
  std::string said;
  std::string printed;
};

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
  EXPECT_NE(said.find("0 means no limit"), std::string::npos) << said;
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

// Sets a variable for one test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

class ConfigTest : public FlagsTest {
 protected:
  // The file's name.
  std::string Write(const std::string& text) {
    const std::string name = ::testing::TempDir() + "/mailroom.toml";
    std::ofstream(name) << text;
    return name;
  }
};

TEST_F(ConfigTest, TheEnvironmentFillsWhatNoFlagSays) {
  const Variable idle("MAILROOM_IDLE_TIMEOUT", "5s");
  const Variable workers("MAILROOM_WORKERS", "3");
  const Variable access("MAILROOM_ACCESS_LOG", "true");
  const Variable admin("MAILROOM_ADMIN_LISTEN", "");
  const Variable foreign("MAILROOM_PORT", "tcp://10.0.0.1:80");  // an orchestrator's
  EXPECT_EQ(Parse({"--workers", "1"}), -1) << said;
  EXPECT_EQ(options.idle_timeout, std::chrono::seconds(5));
  EXPECT_EQ(options.workers, 1) << "flags win";
  EXPECT_TRUE(options.access_log);
  EXPECT_EQ(options.admin_listen, "");
}

TEST_F(ConfigTest, TheFileFillsWhatNeitherSays) {
  const Variable workers("MAILROOM_WORKERS", "3");
  const std::string file = Write(
      "workers = 4\nidle-timeout = 7s\nmailbox-capacity = 9\n"
      "listen = \"127.0.0.1:0\"\n");
  EXPECT_EQ(Parse({"--config", file, "--mailbox-capacity", "8"}), -1) << said;
  EXPECT_EQ(options.workers, 3) << "the environment wins over the file";
  EXPECT_EQ(options.mailbox_capacity, 8u) << "flags win over the file";
  EXPECT_EQ(options.idle_timeout, std::chrono::seconds(7));
  EXPECT_EQ(options.listen, std::vector<std::string>({"127.0.0.1:0"}));
}

TEST_F(ConfigTest, SeveralAddressesInEveryForm) {
  using Addresses = std::vector<std::string>;
  const std::string file = Write("listen = [\"127.0.0.1:1\", \"unix:/a\"]\n");
  EXPECT_EQ(Parse({"--config", file}), -1) << said;
  EXPECT_EQ(options.listen, Addresses({"127.0.0.1:1", "unix:/a"}));
  const Variable listen("MAILROOM_LISTEN", "fd:3,unix:/b");
  EXPECT_EQ(Parse({"--config", file}), -1) << said;
  EXPECT_EQ(options.listen, Addresses({"fd:3", "unix:/b"})) << "the environment wins";
  EXPECT_EQ(Parse({"--config", file, "--listen", "unix:/c", "--listen=:4"}), -1) << said;
  EXPECT_EQ(options.listen, Addresses({"unix:/c", ":4"})) << "flags win, and add up";
  EXPECT_EQ(Parse({"--print-config", "--workers", "1", "--listen", "unix:/c,:4"}), 0) << said;
  const std::string as_file = Write(printed);
  unsetenv("MAILROOM_LISTEN");
  EXPECT_EQ(Parse({"--config", as_file}), -1) << said;
  EXPECT_EQ(options.listen, Addresses({"unix:/c", ":4"})) << printed;
}

TEST_F(ConfigTest, TheEnvironmentMayNameTheFile) {
  const std::string file = Write("workers = 4\n");
  const Variable config("MAILROOM_CONFIG", file.c_str());
  EXPECT_EQ(Parse({}), -1) << said;
  EXPECT_EQ(options.workers, 4);
}

TEST_F(ConfigTest, MistakesInAFileAreTold) {
  EXPECT_EQ(Parse({"--config", Write("worker = 4\n")}), 2);
  EXPECT_NE(said.find("worker"), std::string::npos) << said;
  EXPECT_NE(said.find("did you mean workers?"), std::string::npos) << said;
  EXPECT_EQ(Parse({"--config", Write("workers = many\n")}), 2);
  EXPECT_NE(said.find("'many' is no number"), std::string::npos) << said;
  EXPECT_EQ(Parse({"--config", "/nowhere/at/all"}), 2);
  EXPECT_NE(said.find("/nowhere/at/all"), std::string::npos) << said;
}

// Found by tests/fuzz/flags_file: CLI11 looked at the first of no values.
TEST_F(ConfigTest, AListInTheFileMayBeEmpty) {
  for (const char* line : {"workers = []\n", "workers = [ ]\n"}) {
    EXPECT_EQ(Parse({"--config", Write(line)}), 2) << line;
    EXPECT_NE(said.find("--workers: '' is no number"), std::string::npos) << line << said;
  }
}

// CLI11 2.1 read `[12` as 1, 2.4 as 12.
TEST_F(ConfigTest, AListThatTheFilesEndCutsOffIsRefused) {
  for (const char* line :
       {"workers = [1", "workers = [12\n", "workers = [\"", "listen = [:1,\n:2"}) {
    EXPECT_EQ(Parse({"--config", Write(line)}), 2) << line;
    EXPECT_NE(said.find("--config: the file ends within a list"), std::string::npos)
        << line << said;
  }
  EXPECT_EQ(Parse({"--config", Write("listen = [:1,\n:2]")}), -1) << said;
  EXPECT_EQ(options.listen.size(), 2u);
}

TEST_F(ConfigTest, TheDefaultsAreAFileToo) {
  EXPECT_EQ(Parse({"--print-config"}), 0) << said;
  options.workers = 7;
  EXPECT_EQ(Parse({"--config", Write(printed)}), -1) << said;
  EXPECT_EQ(options.workers, -1);
}

TEST_F(ConfigTest, WhatIsPrintedIsAFileThatSaysTheSame) {
  EXPECT_EQ(Parse({"--print-config", "--workers", "3", "--idle-timeout", "7s"}), 0) << said;
  const std::string first = printed;
  EXPECT_NE(first.find("drain-timeout"), std::string::npos) << "the defaults, too: " << first;
  EXPECT_EQ(Parse({"--print-config", "--config", Write(first)}), 0) << said;
  EXPECT_EQ(printed, first);
  ServerOptions fresh;
  options = fresh;
  EXPECT_EQ(Parse({"--config", Write(first)}), -1) << said;
  EXPECT_EQ(options.workers, 3);
  EXPECT_EQ(options.idle_timeout, std::chrono::seconds(7));
  EXPECT_EQ(options.drain_timeout, fresh.drain_timeout);
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

}  // namespace
}  // namespace mailroom
