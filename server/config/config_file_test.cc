// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/config_file.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/config/testing/flags_fixture.h"

namespace mailroom {
namespace {

using Addresses = std::vector<std::string>;

class ConfigFileTest : public FlagsFixture {
 protected:
  void ExpectSaid(const std::string& text, const std::string& wanted) {
    EXPECT_EQ(SaidOf(text).find(wanted), 0u) << text << "\n" << said << "\n" << wanted;
  }
};

TEST_F(ConfigFileTest, TheFileFillsWhatNeitherSays) {
  const Variable workers("MAILROOM_WORKERS", "3");
  const std::string file = Write(
      "workers = 4\nidle-timeout = \"7s\"\nmailbox-capacity = 9\n"
      "listen = \"127.0.0.1:0\"\n");
  EXPECT_EQ(Parse({"--config", file, "--mailbox-capacity", "8"}), -1) << said;
  EXPECT_EQ(options.workers, 3) << "the environment wins over the file";
  EXPECT_EQ(options.mailbox_capacity, 8u) << "flags win over the file";
  EXPECT_EQ(options.idle_timeout, std::chrono::seconds(7));
  EXPECT_EQ(options.listen, Addresses({"127.0.0.1:0"}));
}

// U+00E9, U+0310 and U+3042: toml++ tells the compiler that the first two never come.
TEST_F(ConfigFileTest, ALetterBeyondAsciiOutsideQuotesIsNoToml) {
  for (const std::string letter : {"\u00e9", "\u0310", "\u3042", "\u2e80", "\ufd3e"}) {
    ExpectSaid("workers = 2\nunix-mode = " + letter + "660\n",
               "mailroom.toml:2: unix-mode: no TOML: ");
    ExpectSaid(letter + " = 1\n", "mailroom.toml:1: no TOML: ");
    ExpectSaid("listen = [" + letter + "]\n", "mailroom.toml:1: listen: no TOML: ");
  }
}

TEST_F(ConfigFileTest, ALetterBeyondAsciiBehindACutLineIsText) {
  EXPECT_EQ(Parse({"--config", Write("listen = \"\"\"unix:/\\\n  \u00e9\"\"\"\n")}), -1) << said;
  EXPECT_EQ(options.listen, Addresses({"unix:/\u00e9"}));
}

TEST_F(ConfigFileTest, SeveralAddressesInEveryForm) {
  const std::string file = Write("listen = [\"127.0.0.1:1\", \"unix:/a,b\"]\n");
  EXPECT_EQ(Parse({"--config", file}), -1) << said;
  EXPECT_EQ(options.listen, Addresses({"127.0.0.1:1", "unix:/a,b"}));
  EXPECT_EQ(Parse({"--config", Write("listen = \"127.0.0.1:1,unix:/a\"\n")}), -1) << said;
  EXPECT_EQ(options.listen, Addresses({"127.0.0.1:1", "unix:/a"}));
  const Variable listen("MAILROOM_LISTEN", "fd:3,unix:/b");
  EXPECT_EQ(Parse({"--config", file}), -1) << said;
  EXPECT_EQ(options.listen, Addresses({"fd:3", "unix:/b"})) << "the environment wins";
  EXPECT_EQ(Parse({"--config", file, "--listen", "unix:/c", "--listen=[::1]:4"}), -1) << said;
  EXPECT_EQ(options.listen, Addresses({"unix:/c", "[::1]:4"})) << "flags win, and add up";
}

TEST_F(ConfigFileTest, TheEnvironmentMayNameTheFile) {
  const std::string file = Write("workers = 4\n");
  const Variable config("MAILROOM_CONFIG", file);
  EXPECT_EQ(Parse({}), -1) << said;
  EXPECT_EQ(options.workers, 4);
}

TEST_F(ConfigFileTest, AFileThatCannotBeReadIsNamed) {
  EXPECT_EQ(Parse({"--config", "/nowhere/at/all"}), 2);
  EXPECT_EQ(said.find("--config /nowhere/at/all: No such file"), 0u) << said;
  EXPECT_EQ(Parse({"--config", ::testing::TempDir()}), 2);
  EXPECT_NE(said.find("Is a directory"), std::string::npos) << said;
  EXPECT_EQ(Parse({"--config="}), 2) << "an empty name is no file";
  const Variable config("MAILROOM_CONFIG", "/nowhere/at/all");
  EXPECT_EQ(Parse({}), 2);
  EXPECT_EQ(said.find("MAILROOM_CONFIG=/nowhere/at/all: No such file"), 0u) << said;
}

TEST_F(ConfigFileTest, ALongKeyIsCutAtACharacter) {
  const std::string shown(199, 'k');
  ExpectSaid("'" + shown + "\xC3\xA9' = 1",
             "mailroom.toml:1: " + shown + " is the key of no flag\n");
}

TEST_F(ConfigFileTest, WhatEditorsAddIsTaken) {
  EXPECT_EQ(Parse({"--config", Write("\xEF\xBB\xBFworkers = 2\n")}), -1) << said;
  EXPECT_EQ(options.workers, 2) << "a byte order mark";
  EXPECT_EQ(Parse({"--config", Write("workers = 3\r\n# end\r\nlog-level = 'off'")}), -1) << said;
  EXPECT_EQ(options.workers, 3) << "Windows' ends of lines, and none at the end";
  EXPECT_EQ(Parse({"--config", Write("")}), -1) << said;
}

TEST_F(ConfigFileTest, AnUnknownKeyNamesTheNearest) {
  ExpectSaid("# a comment\nworker = 4\n",
             "mailroom.toml:2: worker is the key of no flag; did you mean workers?");
  ExpectSaid("idle_timeout = \"5s\"",
             "mailroom.toml:1: idle_timeout is the key of no flag; did "
             "you mean idle-timeout?");
  ExpectSaid("workers = 1\n\nentirely-different = 1",
             "mailroom.toml:3: entirely-different is the "
             "key of no flag\n");
  for (const char* reserved : {"config", "help", "version", "print-config"}) {
    ExpectSaid(std::string(reserved) + " = true",
               "mailroom.toml:1: " + std::string(reserved) + " is the key of no flag");
  }
}

TEST_F(ConfigFileTest, AWrongTypeIsToldWithARightOne) {
  const std::string list = "; write it as in listen = [\"127.0.0.1:8080\"]\n";
  ExpectSaid("\nidle-timeout = 60",
             "mailroom.toml:2: idle-timeout wants text in quotes, and this is a whole number; "
             "write it as in idle-timeout = \"1m\"\n");
  ExpectSaid("workers = 1.5",
             "mailroom.toml:1: workers wants a whole number, and this is a "
             "number with a fraction; write it as in workers = \"auto\"\n");
  ExpectSaid("workers = nan", "mailroom.toml:1: workers wants a whole number");
  ExpectSaid("workers = true",
             "mailroom.toml:1: workers wants a whole number, and this is a "
             "switch");
  ExpectSaid("workers = [1, 2]",
             "mailroom.toml:1: workers wants a whole number, and this is a "
             "list");
  ExpectSaid("workers = 1979-05-27",
             "mailroom.toml:1: workers wants a whole number, and this is "
             "a date or a time");
  ExpectSaid("access-log = 1",
             "mailroom.toml:1: access-log wants true or false, and this is a "
             "whole number; write it as in access-log = false\n");
  ExpectSaid("listen = 8080",
             "mailroom.toml:1: listen wants a list of texts, and this is a whole "
             "number" +
                 list);
  ExpectSaid("listen = [8080]",
             "mailroom.toml:1: listen wants a list of texts, and this is a "
             "list" +
                 list);
  // A number in base eight would be read as another one in base ten.
  ExpectSaid("unix-mode = 0o660", "mailroom.toml:1: unix-mode wants text in quotes");
}

TEST_F(ConfigFileTest, ATableIsTold) {
  ExpectSaid("[server]\nworkers = 1\n",
             "mailroom.toml:1: server is a table, and this file has "
             "none: a key is a flag without its dashes");
  ExpectSaid("[workers]\n", "mailroom.toml:1: workers wants a whole number, and this is a table");
  ExpectSaid("[[listen]]\n", "mailroom.toml:1: listen wants a list of texts, and this is a list");
  ExpectSaid("idle.timeout = \"5s\"", "mailroom.toml:1: idle is a table");
  ExpectSaid("workers = {n = 1}",
             "mailroom.toml:1: workers wants a whole number, and this is a "
             "table");
}

TEST_F(ConfigFileTest, ForgottenQuotesAreShown) {
  const auto advice = [this](const std::string& text) {
    const std::string all = SaidOf(text);
    const size_t start = all.find("; write it as in ");
    EXPECT_NE(all.find(": no TOML: "), std::string::npos) << all;
    EXPECT_NE(start, std::string::npos) << all;
    return all.substr(0, all.find("no TOML")) + all.substr(std::min(start, all.size()));
  };
  const std::string help = "\n--help lists all flags\n";
  EXPECT_EQ(advice("\nidle-timeout = 60s  # a minute\n"),
            "mailroom.toml:2: idle-timeout: ; write it as in idle-timeout = \"60s\"" + help);
  EXPECT_EQ(advice("listen = [::1]:8080"),
            "mailroom.toml:1: listen: ; write it as in listen = [\"[::1]:8080\"]" + help);
  EXPECT_EQ(advice("listen = 127.0.0.1:8081"),
            "mailroom.toml:1: listen: ; write it as in listen = [\"127.0.0.1:8081\"]" + help);
  EXPECT_EQ(advice("listen = [::1, ::2]"),
            "mailroom.toml:1: listen: ; write it as in listen = [\"127.0.0.1:8080\"]" + help);
  EXPECT_EQ(advice("unix-mode = 0660"),
            "mailroom.toml:1: unix-mode: ; write it as in unix-mode = \"0660\"" + help);
  EXPECT_EQ(advice("workers = auto"),
            "mailroom.toml:1: workers: ; write it as in workers = \"auto\"" + help);
  EXPECT_EQ(advice("log-level ="),
            "mailroom.toml:1: log-level: ; write it as in log-level = \"info\"" + help);
  ExpectSaid("idle-timeot = 60s", "mailroom.toml:1: no TOML: ");
  EXPECT_NE(said.find("; did you mean idle-timeout?\n"), std::string::npos) << said;
}

TEST_F(ConfigFileTest, AWrongValueIsToldWhereItStands) {
  ExpectSaid("\nworkers = 1025\n",
             "mailroom.toml:2: workers: '1025' is no number from 0 to 1024, nor auto\n");
  ExpectSaid("workers = 2\nlisten = [\n  \"[::1]:80\",\n  \"::1:80\"]\n",
             "mailroom.toml:2: listen: address \"::1:80\": an IPv6 address must stand in brackets");
  ExpectSaid("listen = []", "mailroom.toml:1: listen: an address must be there");
  ExpectSaid("listen = \"\"", "mailroom.toml:1: listen: an address must be there");
  ExpectSaid("admin-listen = \"a\\u0000b\"",
             "mailroom.toml:1: admin-listen: the value holds a zero byte");
  EXPECT_EQ(Parse({"--config", Write("workers = many"), "--workers", "1"}), 2)
      << "also where a flag wins";
}

TEST_F(ConfigFileTest, WhatIsNoTomlIsToldWithItsLine) {
  for (const char* text :
       {"workers = 1\nworkers = 2", "workers = 1\nx", "\nworkers = [1, ]]", "#\nworkers = \"a",
        "\nworkers = \xFF", "a=1\nb=2 c=3", "\nmax-connections = 9223372036854775808"}) {
    EXPECT_EQ(SaidOf(text).find("mailroom.toml:2: "), 0u) << text << said;
    EXPECT_NE(said.find("no TOML: "), std::string::npos) << said;
  }
  for (const char* text : {"workers = [}", "workers = [,]", "workers = {a=}", "workers = [1",
                           "\n\xFF\xFE", "listen = [\"", "listen = [\":1\",\n", "x = '''a\n"}) {
    EXPECT_EQ(SaidOf(text).find("mailroom.toml:"), 0u) << text << said;
  }
}

TEST_F(ConfigFileTest, AFileOfMoreThanAMebibyteIsRefused) {
  std::string text = "workers = 2\n";
  text.resize(server::kMostConfigBytes, '\n');
  EXPECT_EQ(Parse({"--config", Write(text)}), -1) << said;
  EXPECT_EQ(Parse({"--config", Write(text + "\n")}), 2);
  EXPECT_NE(said.find("mailroom.toml: it has more than 1048576 bytes"), std::string::npos) << said;
  EXPECT_EQ(Parse({"--config", "/dev/zero"}), 2) << "a file without an end";
}

TEST_F(ConfigFileTest, DotsInTextsAndCommentsAreNoNesting) {
  std::vector<std::string> peers;
  for (int i = 0; i < 2000; ++i) peers.push_back("10.0." + std::to_string(i) + ".1:80");
  own.Add("peer", &peers, "who else there is");
  ASSERT_EQ(Parse({"--print-config"}), 0) << said;
  const std::string file = Write("# " + std::string(2000, '.') + "\n" + printed);
  peers.clear();
  EXPECT_EQ(Parse({"--config", file}), -1) << said;
  ASSERT_EQ(peers.size(), 2000u);
  EXPECT_EQ(peers.back(), "10.0.1999.1:80");
}

TEST_F(ConfigFileTest, DeepNestingIsRefused) {
  std::string dotted = "a";
  for (int i = 0; i < 500'000; ++i) dotted += ".a";
  for (const std::string& text :
       {dotted + " = 1", "[" + dotted + "]", "a = " + std::string(1'000'000, '['),
        "[[" + dotted.substr(0, 2003) + "]]", "x = \"a\\\\\" # \"\n" + dotted + " = 1"}) {
    EXPECT_EQ(Parse({"--config", Write(text)}), 2) << text.substr(0, 20);
  }
  std::string braces;
  for (int i = 0; i < 200'000; ++i) braces += "{a=";
  EXPECT_EQ(Parse({"--config", Write("a = " + braces)}), 2);
}

}  // namespace
}  // namespace mailroom
