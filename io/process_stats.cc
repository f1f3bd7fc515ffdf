// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/process_stats.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "mailroom/io/descriptor.h"

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

// Nothing when it can't be opened.
std::string ReadWhole(const char* path) {
  const Descriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> block;
  ssize_t size = 0;
  while ((size = ::read(file.get(), block.data(), block.size())) > 0) {
    text.append(block.data(), static_cast<size_t>(size));
  }
  return text;
}

uint64_t Number(std::string_view digits) {
  uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// The words of `stat` behind the name; as long as it lives.
std::vector<std::string_view> StatFields(std::string_view stat) {
  std::vector<std::string_view> fields;
  for (size_t at = stat.rfind(')'); at < stat.size();) {
    at = stat.find_first_not_of(" )\n", at);
    if (at == std::string_view::npos) break;
    const size_t end = std::min(stat.find_first_of(" \n", at), stat.size());
    fields.push_back(stat.substr(at, end - at));
    at = end;
  }
  return fields;
}

// When the machine started.
double BootSeconds() {
  constexpr std::string_view kName = "\nbtime ";
  const std::string text = ReadWhole("/proc/stat");
  const size_t at = text.find(kName);
  if (at == std::string::npos) return 0;
  return static_cast<double>(Number(std::string_view(text).substr(at + kName.size())));
}

// To count them takes one: without one left, all of `most` are open.
uint64_t OpenDescriptors(uint64_t most) {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return error.value() == EMFILE ? most : 0;
  // One of them is the iterator's.
  const auto count = std::distance(begin(files), end(files));
  return count > 0 ? static_cast<uint64_t>(count) - 1 : 0;
}

}  // namespace

ProcessStats ReadProcessStats() {
  ProcessStats stats;
  const std::string stat = ReadWhole("/proc/self/stat");
  const std::vector<std::string_view> fields = StatFields(stat);
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
