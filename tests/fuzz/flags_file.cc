// SPDX-License-Identifier: Apache-2.0
// The file that --config names: whatever is in it, the flags are read or refused, and what is read
// is within bounds.
//
// Input: the file.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "mailroom/base/check.h"
#include "mailroom/server/config/flags.h"
#include "mailroom/server/config/options.h"
#include "mailroom/tests/fuzz/target.h"

namespace mailroom::fuzz {
namespace {

// A file of this process, written anew for each input.
class ConfigFile final {
 public:
  ConfigFile() {
    const int descriptor = mkstemp(path_.data());
    MAILROOM_CHECK(descriptor >= 0);
  }
  ~ConfigFile() { std::remove(path_.c_str()); }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;

  void Write(std::string_view text) {
    std::ofstream file(path_, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  std::string& path() { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "mailroom_flags_XXXXXX").string();
};

void CheckBounds(const ServerOptions& options) {
  MAILROOM_CHECK(options.io_threads >= 1 && options.io_threads <= 64);
  MAILROOM_CHECK(options.workers >= -1 && options.workers <= 1024);
  MAILROOM_CHECK(options.mailbox_capacity > 0 && options.max_connections > 0);
  MAILROOM_CHECK(options.max_message_bytes > 0 && options.max_message_bytes <= INT32_MAX);
  MAILROOM_CHECK(!options.listen.empty() && options.unix_mode <= 0777);
  for (const Duration duration :
       {options.header_timeout, options.body_timeout, options.idle_timeout, options.write_timeout,
        options.half_close_timeout, options.peer_timeout, options.linger_timeout,
        options.max_call_timeout, options.max_connection_age, options.max_connection_age_grace,
        options.drain_delay, options.drain_timeout, options.loop_stall, options.worker_stall}) {
    MAILROOM_CHECK(duration >= Duration::zero() && duration <= Duration::max() / 2);
  }
}

}  // namespace
}  // namespace mailroom::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static mailroom::fuzz::ConfigFile file;
  file.Write(mailroom::fuzz::Text(data, size));
  std::string program = "mailroomd";
  std::string flag = "--config";
  char* words[] = {program.data(), flag.data(), file.path().data(), nullptr};
  mailroom::ServerOptions options;
  const mailroom::FlagsOutcome outcome = mailroom::ParseFlags(3, words, &options);
  if (!outcome.exit_code) {
    mailroom::fuzz::CheckBounds(options);
  } else {
    MAILROOM_CHECK(*outcome.exit_code == 0 || *outcome.exit_code == 2);
  }
  return 0;
}
