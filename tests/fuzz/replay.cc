// SPDX-License-Identifier: Apache-2.0
// Every kept input of a fuzz target, by g++ and under each sanitizer: as it is, cut short at every
// byte, and with each byte changed in turn. No fuzzer is needed and nothing is left to chance.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

// An input is cut, and changed, at so many places at most, evenly spread.
constexpr size_t kMostPlaces = 100;

std::vector<std::string> KeptInputs() {
  std::vector<std::string> paths;
  const char* const folder = std::getenv("MAILROOM_CORPUS");
  if (folder == nullptr) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void RunInput(const std::string& bytes) {
  const ExactCopy input(bytes);
  const BytesView view = input.view();
  EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(view.data()), view.size()), 0);
}

std::vector<size_t> Places(size_t size) {
  std::vector<size_t> places;
  const size_t step = std::max<size_t>(1, size / kMostPlaces);
  for (size_t place = 0; place < size; place += step) places.push_back(place);
  return places;
}

class ReplayTest : public testing::TestWithParam<std::string> {
 protected:
  const std::string bytes_ = ReadAll(GetParam());
};

TEST_P(ReplayTest, Holds) { RunInput(bytes_); }

TEST_P(ReplayTest, HoldsWhenCutShort) {
  for (const size_t place : Places(bytes_.size())) RunInput(bytes_.substr(0, place));
}

TEST_P(ReplayTest, HoldsWithAByteChanged) {
  for (const size_t place : Places(bytes_.size())) {
    for (const char change : {'\x01', '\x20', '\x80'}) {
      std::string changed = bytes_;
      changed[place] = static_cast<char>(changed[place] ^ change);
      RunInput(changed);
    }
  }
}

std::string NameOf(const testing::TestParamInfo<std::string>& input) {
  std::string name = std::filesystem::path(input.param).filename().string();
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Kept, ReplayTest, testing::ValuesIn(KeptInputs()), NameOf);

TEST(CorpusTest, HoldsInputs) { EXPECT_FALSE(KeptInputs().empty()); }

}  // namespace
}  // namespace mailroom::fuzz
