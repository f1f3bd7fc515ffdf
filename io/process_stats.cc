// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace mailroom::io {
namespace {

// Fields of /proc/self/stat behind the name in parentheses, which may hold anything
// (proc(5); its field 3, the state, is our 0).
enum Field : size_t {
  kUserTicks = 11,
  kSystemTicks = 12,
  kThreads = 17,
  kStartTicks = 19,
  kVirtualBytes = 20,
  kResidentPages = 21,
};

std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), std::istream_iterator<std::string>()};
}

// When the machine started.
double BootSeconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  while (file >> word) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

uint64_t Number(const std::string& digits) {
  uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// To count them takes one: without one left, all of `most` are open.
uint64_t OpenDescriptors(uint64_t most) {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return error == std::errc::too_many_files_open ? most : 0;
  // One of them is the iterator's.
  const auto count = std::distance(begin(files), end(files));
  return count > 0 ? static_cast<uint64_t>(count) - 1 : 0;
}

}  // namespace

ProcessStats ReadProcessStats() {
  ProcessStats stats;
  const std::vector<std::string> fields = StatFields();
  if (fields.size() > kResidentPages) {
    const auto number = [&fields](Field field) { return Number(fields[field]); };
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    stats.cpu_seconds = static_cast<double>(number(kUserTicks) + number(kSystemTicks)) / ticks;
    stats.start_seconds = BootSeconds() + static_cast<double>(number(kStartTicks)) / ticks;
    stats.threads = number(kThreads);
    stats.virtual_bytes = number(kVirtualBytes);
    const auto page_bytes = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
    stats.resident_bytes = number(kResidentPages) * page_bytes;
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_descriptors = limit.rlim_cur;
  stats.open_descriptors = OpenDescriptors(stats.max_descriptors);
  return stats;
}

}  // namespace mailroom::io
