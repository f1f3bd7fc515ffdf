// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/server_flags.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/config/command_line.h"
#include "mailroom/server/config/config_file.h"
#include "mailroom/server/config/given.h"
#include "mailroom/server/config/testing/flags_fixture.h"

namespace mailroom::server {
namespace {

using Texts = Flag::Texts;

// For each flag a value that is not its default. A flag without one fails the tests below.
const std::map<std::string, Texts> kOthers = {
    {"listen", {"[::1]:0", "unix:/run/a \"b\"\\c,d\n\x7F.sock", "unix:@\xC3\xA9"}},
    {"admin-listen", {"none"}},
    {"unix-mode", {"0600"}},
    {"io-threads", {"3"}},
    {"workers", {"7"}},
    {"mailbox-capacity", {"9"}},
    {"max-connections", {"11"}},
    {"send-buffer-bytes", {"4096"}},
    {"max-message-bytes", {"2147483647"}},
    {"max-body-memory-bytes", {"1099511627776"}},
    {"max-reply-bytes", {"1"}},
    {"compress-min-bytes", {"0"}},
    {"max-requests-per-connection", {"5"}},
    {"header-timeout", {"0s"}},
    {"body-timeout", {"1ms"}},
    {"idle-timeout", {"876000h"}},
    {"write-timeout", {"1500ms"}},
    {"max-call-timeout", {"7us"}},
    {"half-close-timeout", {"0s"}},
    {"peer-timeout", {"2m"}},
    {"linger-timeout", {"1ns"}},
    {"max-connection-age", {"90s"}},
    {"max-connection-age-grace", {"1m"}},
    {"drain-delay", {"5s"}},
    {"drain-timeout", {"0s"}},
    {"loop-stall", {"1h"}},
    {"worker-stall", {"0s"}},
    {"log-level", {"off"}},
    {"log-format", {"json"}},
    {"log-file", {"/var/log/a b.log"}},
    {"access-log", {"true"}},
    {"access-log-sample", {"100"}},
};

const std::vector<std::string> kEdges = {
    "0",
    "1",
    "-1",
    "-0",
    "+1",
    "00",
    "5 ",
    " 5",
    "5s",
    "5 s",
    "-5s",
    "0s",
    "1.5s",
    "s",
    "NaN",
    "inf",
    "1e9",
    "0x10",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "2147483648",
    "876000h",
    "876001h",
    "2562047h",
    "2562048h",
    "9223372036854775807ns",
    "auto",
    "true",
    "FALSE",
    "none",
    ",",
    "a,b",
    "[::1]:0",
    "::1:0",
    ":65536",
    "fd:-1",
    "\xFF",
    "[a]",
    "{}",
    "\"",
    "=",
    "--help",
};

class ServerFlagsTest : public FlagsFixture {
 protected:
  ServerFlagsTest() { AddServerFlags(&options, &flags); }

  // Each flag with its value, from `options`.
  std::map<std::string, Texts> Values() const {
    std::map<std::string, Texts> values;
    for (const Flag& flag : flags.all()) values[flag.name] = flag.get();
    return values;
  }
  static std::string VariableOf(const Flag& flag) {
    std::string name = "MAILROOM_" + flag.name;
    for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
    return name;
  }
  std::vector<Given> FromCommandLine(std::string word) {
    std::string program = "server";
    char* words[] = {program.data(), word.data(), nullptr};
    CommandLine line = ReadCommandLine(2, words, flags, flags.all().size());
    EXPECT_FALSE(line.exit_code) << word;
    return line.given;
  }
  std::vector<Given> FromVariable(const std::string& name, const std::string& value) {
    const Variable variable(name, value);
    return ReadEnvironment(flags);
  }
  std::vector<Given> FromFile(const std::string& text) {
    Result<std::vector<Given>> given = ReadConfig(text, "file", flags);
    EXPECT_TRUE(given.ok()) << given.status().message();
    return given.ok() ? *std::move(given) : std::vector<Given>();
  }
  // Takes it all over, on top of the defaults. Why not, or nothing.
  std::string Judge(const std::vector<Given>& all) {
    options = ServerOptions();
    EXPECT_FALSE(all.empty());
    for (const Given& given : all) {
      if (std::string wrong = Apply(given); !wrong.empty()) return wrong;
    }
    return "";
  }

  Flags flags;  // over `options`
};

TEST_F(ServerFlagsTest, EveryFlagHasARowHere) {
  for (const Flag& flag : flags.all()) {
    ASSERT_TRUE(kOthers.contains(flag.name)) << "write a value for --" << flag.name << " above";
    EXPECT_NE(flag.get(), kOthers.at(flag.name)) << flag.name << ": that is its default";
  }
  EXPECT_EQ(kOthers.size(), flags.all().size()) << "a row above is of no flag";
}

TEST_F(ServerFlagsTest, EveryFlagSetsItsOwnOptionAndNoOther) {
  const std::map<std::string, Texts> defaults = Values();
  for (const Flag& flag : flags.all()) {
    options = ServerOptions();
    EXPECT_EQ(flag.set(kOthers.at(flag.name)), "") << flag.name;
    std::map<std::string, Texts> expected = defaults;
    expected[flag.name] = kOthers.at(flag.name);
    EXPECT_EQ(Values(), expected) << flag.name;
  }
}

TEST_F(ServerFlagsTest, WhatIsPrintedIsReadBackForEveryFlag) {
  const std::map<std::string, Texts> defaults = Values();
  for (const Flag& flag : flags.all()) ASSERT_EQ(flag.set(kOthers.at(flag.name)), "") << flag.name;
  ASSERT_EQ(Parse({"--print-config"}), 0) << said;
  const std::string file = printed;
  options = ServerOptions();
  ASSERT_EQ(Values(), defaults);
  EXPECT_EQ(Parse({"--config", Write(file)}), -1) << said << file;
  EXPECT_EQ(Values(), kOthers) << file;
  EXPECT_EQ(Parse({"--print-config"}), 0);
  EXPECT_EQ(printed, file);
}

TEST_F(ServerFlagsTest, TheDefaultsAreAFileToo) {
  const std::map<std::string, Texts> defaults = Values();
  ASSERT_EQ(Parse({"--print-config"}), 0) << said;
  const std::string file = printed;
  for (const Flag& flag : flags.all()) flag.set(kOthers.at(flag.name));
  EXPECT_EQ(Parse({"--config", Write(file)}), -1) << said << file;
  EXPECT_EQ(Values(), defaults) << file;
}

TEST_F(ServerFlagsTest, HelpNamesEveryFlag) {
  ASSERT_EQ(Parse({"--help"}), 0);
  for (const Flag& flag : flags.all()) {
    EXPECT_NE(printed.find("--" + flag.name + " "), std::string::npos) << flag.name;
  }
}

TEST_F(ServerFlagsTest, EveryDurationSaysWhatZeroMeansAndTakesIt) {
  for (const Flag& flag : flags.all()) {
    if (flag.metavar != "TIME") continue;
    EXPECT_NE(flag.help.find("; 0s: "), std::string::npos) << flag.name;
    EXPECT_EQ(flag.set({"0s"}), "") << flag.name;
  }
  EXPECT_TRUE(CheckValues(options).ok());
}

// Edges, on the command line, in the environment and in a file: the same verdict, and what is
// taken is within bounds and is printed so that it is read back.
TEST_F(ServerFlagsTest, EdgesAreJudgedAlikeWhereverTheyStand) {
  for (const Flag& flag : flags.all()) {
    for (const std::string& edge : kEdges) {
      SCOPED_TRACE(flag.name + " with " + edge);
      const std::string by_flag = Judge(FromCommandLine("--" + flag.name + "=" + edge));
      const std::map<std::string, Texts> values = Values();
      const std::string by_variable = Judge(FromVariable(VariableOf(flag), edge));
      EXPECT_EQ(by_variable, by_flag);
      EXPECT_EQ(Values(), values);
      const std::string quoted = edge == "\"" ? "'\"'" : "\"" + edge + "\"";
      if (edge == "\xFF") {
        EXPECT_FALSE(ReadConfig(flag.name + " = " + quoted, "file", flags).ok());
        continue;
      }
      EXPECT_EQ(Judge(FromFile(flag.name + " = " + quoted)), by_flag);
      EXPECT_EQ(Values(), values);
      if (!by_flag.empty()) continue;
      EXPECT_TRUE(CheckValues(options).ok()) << CheckValues(options).message();
      EXPECT_EQ(Judge(FromFile(PrintConfig(flags))), "");
      EXPECT_EQ(Values(), values);
    }
  }
}

TEST_F(ServerFlagsTest, ARefusalNamesWhereTheValueStands) {
  EXPECT_EQ(FromCommandLine("--workers=x").at(0).origin, "--workers");
  EXPECT_EQ(FromVariable("MAILROOM_WORKERS", "x").at(0).origin, "MAILROOM_WORKERS");
  EXPECT_EQ(FromFile("\nworkers = 'x'").at(0).origin, "file:2: workers");
}

// An empty value is refused where it is none; in the environment nothing was said then.
TEST_F(ServerFlagsTest, AnEmptyValueIsRefusedOrMeansNone) {
  const std::map<std::string, Texts> defaults = Values();
  for (const Flag& flag : flags.all()) {
    const bool may_be_none = flag.name == "admin-listen" || flag.name == "log-file";
    const int wanted = may_be_none ? -1 : 2;
    EXPECT_EQ(Parse({"--config", Write(flag.name + " = \"\"")}), wanted) << flag.name << said;
    EXPECT_EQ(Parse({"--" + flag.name + "="}), wanted) << flag.name << said;
    options = ServerOptions();
    const Variable empty(VariableOf(flag), "");
    EXPECT_EQ(Parse({}), -1) << said;
    EXPECT_EQ(Values(), defaults) << flag.name;
  }
}

// A few milliseconds took every client whose network lost a packet for dead.
TEST_F(ServerFlagsTest, APeerTimeoutIsASecondAtLeastOrNone) {
  const Flag* const flag = flags.Find("peer-timeout");
  for (const char* text : {"0s", "1s", "1000ms", "2h"}) EXPECT_EQ(flag->set({text}), "") << text;
  options.peer_timeout = std::chrono::seconds(7);
  EXPECT_EQ(flag->set({"999ms"}),
            "'999ms' is shorter than a network may be out; write 1s or more, or 0s to leave it to "
            "the kernel");
  EXPECT_NE(flag->set({"1ns"}), "");
  EXPECT_EQ(flag->set({"5"}),
            "'5' is no duration; write 5s, 2m or 1h, at most 876000h, or 0s to leave it to the "
            "kernel");
  EXPECT_EQ(options.peer_timeout, std::chrono::seconds(7));
  options.peer_timeout = std::chrono::milliseconds(5);
  EXPECT_TRUE(CheckValues(options).message().starts_with("--peer-timeout: '5ms' is shorter "));
}

TEST_F(ServerFlagsTest, WhatAProgramSetsByItselfIsHeldToTheSameBounds) {
  EXPECT_TRUE(CheckValues(ServerOptions()).ok());
  options.mailbox_capacity = 0;
  EXPECT_EQ(CheckValues(options).message().substr(0, 31), "--mailbox-capacity: '0' is no w");
  options = ServerOptions();
  options.max_connection_age = Duration::max();
  EXPECT_NE(CheckValues(options).message().find("--max-connection-age"), std::string::npos);
  options = ServerOptions();
  options.drain_delay = Duration(-1);
  EXPECT_NE(CheckValues(options).message().find("--drain-delay"), std::string::npos);
  options = ServerOptions();
  options.listen.clear();
  EXPECT_NE(CheckValues(options).message().find("--listen"), std::string::npos);
  options = ServerOptions();
  options.max_message_bytes = size_t{1} << 63;
  EXPECT_NE(CheckValues(options).message().find("--max-message-bytes"), std::string::npos);
}

}  // namespace
}  // namespace mailroom::server
