// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/server/config/flags.h"

// A command line, a variable and a file to try flags with.
namespace mailroom {

// Sets a variable for one scope.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Variable() { unsetenv(name_.c_str()); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const std::string name_;
};

class FlagsFixture : public ::testing::Test {
 protected:
  // The exit code, or -1 to go on; what was said on stderr is in `said`.
  int Parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "server");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    ::testing::internal::CaptureStderr();
    ::testing::internal::CaptureStdout();
    const FlagsOutcome outcome =
        ParseFlags(static_cast<int>(argv.size()), argv.data(), &options, own);
    said = ::testing::internal::GetCapturedStderr();
    printed = ::testing::internal::GetCapturedStdout();
    return outcome.exit_code.value_or(-1);
  }
  // The file's name.
  static std::string Write(const std::string& text) {
    const std::string name = ::testing::TempDir() + "/mailroom.toml";
    std::ofstream(name, std::ios::binary) << text;
    return name;
  }
  // What is said about a file of this text, without the folder that it is in.
  std::string SaidOf(const std::string& text) {
    EXPECT_EQ(Parse({"--config", Write(text)}), 2) << text;
    const size_t folder = said.find(::testing::TempDir());
    if (folder == 0) said = said.substr(::testing::TempDir().size() + 1);
    return said;
  }

  ServerOptions options;
  Flags own;
  std::string said;
  std::string printed;
};

}  // namespace mailroom
