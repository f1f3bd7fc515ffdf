// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

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

uint64_t OpenDescriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return 0;
  // One of them is the iterator's.
  const auto count = std::distance(begin(files), end(files));
  return count > 0 ? static_cast<uint64_t>(count) - 1 : 0;
}

}  // namespace

ProcessStats ReadProcessStats() {
  ProcessStats stats;
  const std::vector<std::string> fields = StatFields();
  if (fields.size() > kResidentPages) {
    const auto number = [&fields](Field field) { return std::stoull(fields[field]); };
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    stats.cpu_seconds = static_cast<double>(number(kUserTicks) + number(kSystemTicks)) / ticks;
    stats.start_seconds = BootSeconds() + static_cast<double>(number(kStartTicks)) / ticks;
    stats.threads = number(kThreads);
    stats.virtual_bytes = number(kVirtualBytes);
    const auto page_bytes = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
    stats.resident_bytes = uint64_t{number(kResidentPages)} * page_bytes;
  }
  stats.open_descriptors = OpenDescriptors();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_descriptors = limit.rlim_cur;
  return stats;
}

}  // namespace mailroom::io
