// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/log_writer.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailroom/base/blocked_signals.h"
#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/base/testing/file_text.h"

namespace mailroom {
namespace {

using testing::AwaitUntil;
using testing::FileText;
using testing::HangAlarm;
using ::testing::HasSubstr;
using testing::kWaitBound;

constexpr Duration kNone = Duration::zero();

std::string ReadFrom(int fd) {
  std::string text(1024 * 1024, '\0');
  const ssize_t size = ::read(fd, text.data(), text.size());
  text.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return text;
}

// A pipe; its two ends are closed when it ends, if not before.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_), 0); }
  ~Pipe() {
    CloseReader();
    ::close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  void CloseReader() {
    if (ends_[0] >= 0) ::close(std::exchange(ends_[0], -1));
  }
  // Waits for something to read.
  std::string Read() { return ReadFrom(ends_[0]); }
  // Until the text ends with this.
  std::string ReadUntil(const std::string& end) {
    std::string text;
    while (!text.ends_with(end)) text += Read();
    return text;
  }
  // Until it takes no more.
  void Fill() {
    while (WriteWithin(writer(), std::string(PIPE_BUF, '.'), kNone)) {
    }
  }

 private:
  int ends_[2] = {-1, -1};
};

// One that is not this process's own.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(::grantpt(master_), 0);
    EXPECT_EQ(::unlockpt(master_), 0);
    fd_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    EXPECT_GE(fd_, 0);
  }
  ~Terminal() {
    ::close(fd_);
    ::close(master_);
  }
  int fd() const { return fd_; }
  // What is written here is read from fd().
  int master() const { return master_; }

 private:
  int master_;
  int fd_ = -1;
};

// One of two sockets, of which the other is not read.
class SocketPair {
 public:
  SocketPair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds_), 0); }
  ~SocketPair() {
    ::close(fds_[0]);
    ::close(fds_[1]);
  }
  int fd() const { return fds_[0]; }

 private:
  int fds_[2] = {-1, -1};
};

// A folder of the test's own.
std::string EmptyFolder(const std::string& name) {
  const std::string folder = ::testing::TempDir() + "/" + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

// How many threads of this process are the log's.
int LogThreads() {
  int threads = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    threads += FileText(task.path() / "comm") == "log\n" ? 1 : 0;
  }
  return threads;
}

// /proc shows a thread for a moment after it was joined.
void AwaitNoLogThread() {
  AwaitUntil("no thread of the log", [] { return LogThreads() == 0; });
}

// Of this process's first thread.
bool MainThreadSleeps() {
  const std::string stat = FileText("/proc/self/task/" + std::to_string(::getpid()) + "/stat");
  return stat.find(") S ") != std::string::npos;
}

bool SigpipeIsPending() {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

TEST(LogWriterTest, LinesComeOutInTheirOrder) {
  Pipe pipe;
  std::string wanted;
  {
    LogWriter writer(pipe.writer(), {});
    for (int i = 0; i < 1000; ++i) {
      const std::string line = "line " + std::to_string(i) + "\n";
      writer.Add(line);
      wanted += line;
    }
    EXPECT_TRUE(writer.Flush(kWaitBound));
    EXPECT_EQ(writer.lost(), 0u);
  }
  EXPECT_EQ(pipe.ReadUntil("line 999\n"), wanted);
}

// The test would hang.
TEST(LogWriterTest, ALineWakesTheThread) {
  Pipe pipe;
  LogWriter writer(pipe.writer(), {});
  for (int i = 0; i < 100; ++i) {
    writer.Add("line\n");
    EXPECT_EQ(pipe.Read(), "line\n");
  }
}

TEST(LogWriterTest, WithoutALineThereIsNothingToWaitFor) {
  Pipe pipe;
  LogWriter writer(pipe.writer(), {});
  EXPECT_TRUE(writer.Flush(kWaitBound));
}

// Adding never waits: the test would hang. What found no room is counted, and told as
// soon as there is some; what was taken comes out whole and in order.
TEST(LogWriterTest, AReaderThatDoesNotReadCostsLinesAndNothingElse) {
  Pipe pipe;
  LogWriter* told_to = nullptr;
  LogWriter writer(pipe.writer(), {.tell_lost = [&told_to](uint64_t lines) {
                     told_to->Add("lost " + std::to_string(lines) + " of them\n");
                   }});
  told_to = &writer;
  pipe.Fill();
  // So short that what is left of the buffer has no room for the line that tells it.
  const std::string filler = " xxxxxxxx\n";
  int added = 0;
  while (writer.lost() < 1000) writer.Add(std::to_string(added++) + filler);
  EXPECT_GE(static_cast<size_t>(added) * (filler.size() + 7), LogWriter::kWaitingBytes);
  EXPECT_FALSE(writer.Flush(std::chrono::milliseconds(1)));

  std::string text = pipe.ReadUntil("of them\n");
  text.erase(0, text.find_first_not_of('.'));
  std::istringstream lines(text);
  int count = 0;
  int last = -1;
  for (std::string line; std::getline(lines, line); ++count) {
    if (line == "lost 1000 of them") break;
    const int number = std::stoi(line);
    ASSERT_GT(number, last);
    ASSERT_EQ(line + "\n", std::to_string(number) + filler);
    last = number;
  }
  EXPECT_EQ(count, added - 1000);
  EXPECT_TRUE(lines.peek() == std::istringstream::traits_type::eof());
  EXPECT_EQ(writer.lost(), 1000u);
}

TEST(LogWriterTest, EndsThoughNobodyReads) {
  Pipe pipe;
  pipe.Fill();
  LogWriter writer(pipe.writer(), {});
  writer.Add("never read\n");
  EXPECT_FALSE(writer.Flush(std::chrono::milliseconds(1)));
}

// Somebody has to count and to tell it.
TEST(LogWriterTest, AFirstLineWithoutRoomStartsTheThread) {
  AwaitNoLogThread();
  Pipe pipe;
  LogWriter writer(pipe.writer(), {});
  writer.Add(std::string(LogWriter::kWaitingBytes + 1, 'x'));
  EXPECT_EQ(writer.lost(), 1u);
  EXPECT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(LogThreads(), 1);
}

// Each round loses a line of the attached buffer, and tells that in the next.
TEST(LogWriterTest, AFlushDoesNotWaitForTheEndOfAFlood) {
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const auto buffer = std::make_shared<LogBuffer>(2);
  std::atomic<uint64_t> told{0};
  const auto flood = [&buffer](std::string_view) -> std::optional<uint64_t> {
    buffer->Add("x\n");
    buffer->Add("no room\n");
    return std::nullopt;
  };
  {
    LogWriter writer(null, {.divert = flood, .tell_lost = [&told](uint64_t n) { told += n; }});
    buffer->Add("x\n");
    writer.Attach(buffer);
    EXPECT_TRUE(writer.Flush(kWaitBound));
    EXPECT_TRUE(writer.Flush(kWaitBound));
  }
  EXPECT_GT(told, 0u);
  ::close(null);
}

// What it logs about itself while its owner waits for its end starts no second thread.
TEST(LogWriterTest, HasOneThreadUntilItsEnd) {
  AwaitNoLogThread();
  std::promise<void> in_hook;
  std::atomic<bool> ends{false};
  int threads = 0;
  LogWriter* logged_to = nullptr;
  const auto log_at_the_end = [&](const std::string&, const Status&) {
    in_hook.set_value();
    AwaitUntil("an owner that waits", [&ends] { return ends && MainThreadSleeps(); });
    logged_to->Add("opened anew\n");
    threads = LogThreads();
  };
  auto writer =
      std::make_unique<LogWriter>(STDERR_FILENO, LogWriter::Hooks{.tell_reopened = log_at_the_end});
  logged_to = writer.get();
  ASSERT_TRUE(writer->OpenFile("/dev/null").ok());
  EXPECT_TRUE(writer->ReopenFile());
  in_hook.get_future().wait();
  ends = true;
  writer.reset();
  EXPECT_EQ(threads, 1);
}

// A terminal and a socket are ready when a part of a piece has room.
TEST(LogWriterTest, ATerminalOrSocketThatNobodyReadsHoldsNothingUp) {
  const HangAlarm alarm;
  const Terminal terminal;
  const SocketPair sockets;
  for (const int fd : {terminal.fd(), sockets.fd()}) {
    LogWriter writer(fd, {});
    for (int i = 0; i < 10'000; ++i) writer.Add(std::string(99, 'x') + "\n");
    EXPECT_FALSE(writer.Flush(std::chrono::milliseconds(1)));
  }
}

// SIGPIPE would end this process.
TEST(LogWriterTest, AReaderThatIsGoneCostsTheLinesMeanwhile) {
  const std::string path = EmptyFolder("log_writer_fifo") + "/log";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  LogWriter* told_to = nullptr;
  std::promise<void> may_tell;
  LogWriter writer(STDERR_FILENO, {.tell_lost = [&](uint64_t lines) {
                     may_tell.get_future().wait();
                     told_to->Add("lost " + std::to_string(lines) + "\n");
                   }});
  told_to = &writer;
  EXPECT_THAT(writer.OpenFile(path).message(),
              HasSubstr("it is a fifo that nobody reads, or a socket"));

  const int first = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_TRUE(writer.OpenFile(path).ok());
  writer.Add("read\n");
  ASSERT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(ReadFrom(first), "read\n");
  ::close(first);
  writer.Add("one\n");
  writer.Add("two\n");
  ASSERT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(writer.lost(), 2u);

  const int second = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  writer.Add("back\n");
  EXPECT_FALSE(writer.Flush(std::chrono::milliseconds(10))) << "what was lost is to be told, too";
  may_tell.set_value();
  ASSERT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(ReadFrom(second), "back\nlost 2\n");
  ::close(second);
}

TEST(LogWriterTest, ARenamedFileIsLeftBehind) {
  const std::string parent = EmptyFolder("log_writer_file");
  const std::string folder = parent + "/logs";
  std::filesystem::create_directory(folder);
  const std::string path = folder + "/server.log";
  std::vector<std::string> told;
  LogWriter writer(STDERR_FILENO,
                   {.tell_reopened = [&told](const std::string& opened, const Status& status) {
                     told.push_back(opened + ": " + status.ToString());
                   }});
  EXPECT_FALSE(writer.ReopenFile()) << "there is none";
  EXPECT_THAT(writer.OpenFile(folder + "/none/server.log").message(),
              HasSubstr("none/server.log cannot be opened: No such file"));
  const mode_t before = ::umask(0);
  ASSERT_TRUE(writer.OpenFile(path).ok());
  ::umask(before);
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0640));

  writer.Add("first\n");
  ASSERT_TRUE(writer.Flush(kWaitBound));
  std::filesystem::rename(path, path + ".1");
  writer.Add("second\n");
  ASSERT_TRUE(writer.Flush(kWaitBound));
  writer.ReopenFile();
  ASSERT_TRUE(writer.Flush(kWaitBound));
  writer.Add("third\n");
  ASSERT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(FileText(path + ".1"), "first\nsecond\n");
  EXPECT_EQ(FileText(path), "third\n");

  // One that cannot be opened changes nothing.
  std::filesystem::rename(folder, parent + "/away");
  writer.ReopenFile();
  writer.Add("fourth\n");
  ASSERT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(FileText(parent + "/away/server.log"), "third\nfourth\n");
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0], path + ": ok");
  EXPECT_THAT(told[1], HasSubstr("cannot be opened: No such file"));
}

// A full disk, and a limit that raises a signal besides. Half a line stays half a line.
TEST(LogWriterTest, AFileThatTakesNoMoreCostsLinesAndNothingElse) {
  const std::string path = EmptyFolder("log_writer_full") + "/server.log";
  LogWriter full(STDERR_FILENO, {});
  ASSERT_TRUE(full.OpenFile("/dev/full").ok());
  full.Add("one\ntwo\n");
  ASSERT_TRUE(full.Flush(kWaitBound));
  EXPECT_EQ(full.lost(), 2u);

  LogWriter writer(STDERR_FILENO, {});
  ASSERT_TRUE(writer.OpenFile(path).ok());
  rlimit before;
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit ten = {.rlim_cur = 10, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &ten);
  writer.Add("0123456\n");
  writer.Add("89abcdef\n");
  const bool flushed = writer.Flush(kWaitBound);
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(flushed);
  EXPECT_EQ(writer.lost(), 1u);
  writer.Add("next\n");
  ASSERT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(FileText(path), "0123456\n89\nnext\n");
}

TEST(LogWriterTest, AttachedBuffersAreWrittenTooAndCountTheirOwnLosses) {
  Pipe pipe;
  std::string diverted;
  bool diverts = true;
  const auto divert = [&](std::string_view lines) -> std::optional<uint64_t> {
    if (!diverts) return std::nullopt;
    diverted.append(lines);
    return 0;
  };
  LogWriter writer(pipe.writer(), {.divert = divert});
  const auto buffer = std::make_shared<LogBuffer>(10);
  writer.Attach(buffer);
  EXPECT_TRUE(buffer->Add("012345678\n"));
  ASSERT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(diverted, "012345678\n");
  diverts = false;
  EXPECT_FALSE(buffer->Add("0123456789\n"));
  EXPECT_TRUE(buffer->Add("abc\n"));
  EXPECT_EQ(pipe.ReadUntil("\n"), "abc\n") << "within a period, without being asked";
  pipe.CloseReader();
  EXPECT_TRUE(buffer->Add("a\nb\n"));
  ASSERT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(buffer->lost(), 3u);
  EXPECT_EQ(writer.lost(), 0u);
  writer.Detach(*buffer);
  EXPECT_TRUE(buffer->Add("not taken\n"));
  ASSERT_TRUE(writer.Flush(kWaitBound));
  EXPECT_EQ(buffer->lost(), 3u);
}

// Of the threads of a process the kernel takes any that does not block a signal.
TEST(LogWriterTest, ItsThreadTakesNoSignal) {
  Pipe pipe;
  LogWriter writer(pipe.writer(), {});
  writer.Add("the thread runs\n");
  ASSERT_TRUE(writer.Flush(kWaitBound));
  const BlockedSignals blocked;  // in this thread: SIGTERM would end the process elsewhere
  ::kill(::getpid(), SIGTERM);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  int taken = 0;
  EXPECT_EQ(sigwait(&term, &taken), 0);
  EXPECT_EQ(taken, SIGTERM);
}

TEST(NextPieceTest, HoldsWholeLinesWhereItCan) {
  EXPECT_EQ(NextPiece("", 4), "");
  EXPECT_EQ(NextPiece("ab\n", 4), "ab\n");
  EXPECT_EQ(NextPiece("ab\ncd\n", 4), "ab\n");
  EXPECT_EQ(NextPiece("a\nb\nc\n", 4), "a\nb\n");
  EXPECT_EQ(NextPiece("abcdef\n", 4), "abcd");
  EXPECT_EQ(NextPiece("abc\ndef\n", 4), "abc\n");
}

TEST(WriteWithinTest, WritesGivesUpAndRaisesNoSigpipe) {
  Pipe pipe;
  EXPECT_TRUE(WriteWithin(pipe.writer(), "text", kNone));
  EXPECT_EQ(pipe.Read(), "text");
  pipe.Fill();
  EXPECT_FALSE(WriteWithin(pipe.writer(), "more", std::chrono::milliseconds(1)));
  pipe.CloseReader();
  EXPECT_FALSE(WriteWithin(pipe.writer(), "more", kWaitBound));
  EXPECT_FALSE(SigpipeIsPending());
  EXPECT_FALSE(WriteWithin(-1, "more", kNone));
}

// The flags of the open file, which others share, stay as they are.
TEST(WriteWithinTest, GivesUpOnATerminalOrSocketThatNobodyReads) {
  const HangAlarm alarm;
  const Terminal terminal;
  const SocketPair sockets;
  for (const int fd : {terminal.fd(), sockets.fd()}) {
    EXPECT_TRUE(WriteWithin(fd, "text\n", kWaitBound));
    for (int i = 0; i < 3; ++i) {
      EXPECT_FALSE(WriteWithin(fd, std::string(1024 * 1024, 'x'), std::chrono::milliseconds(1)));
    }
    EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  }
}

// Opened once more, a master would be another terminal's.
TEST(WriteWithinTest, WritesToTheMasterOfATerminal) {
  const HangAlarm alarm;
  const Terminal terminal;
  EXPECT_TRUE(WriteWithin(terminal.master(), "text\n", kWaitBound));
  EXPECT_EQ(ReadFrom(terminal.fd()), "text\n");
}

// It belongs to whoever blocked it.
TEST(WriteWithinTest, ASigpipeThatWasPendingStays) {
  Pipe pipe;
  pipe.CloseReader();
  sigset_t sigpipe;
  sigemptyset(&sigpipe);
  sigaddset(&sigpipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr);
  ::raise(SIGPIPE);
  EXPECT_FALSE(WriteWithin(pipe.writer(), "more", kWaitBound));
  EXPECT_TRUE(SigpipeIsPending());
  int taken = 0;
  sigwait(&sigpipe, &taken);
  pthread_sigmask(SIG_UNBLOCK, &sigpipe, nullptr);
}

}  // namespace
}  // namespace mailroom
