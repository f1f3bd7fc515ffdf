// SPDX-License-Identifier: Apache-2.0
#include "mailroom/io/testing/fake_poller.h"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace mailroom::io {
namespace {

// Longer waits mean "for ever": virtual time stands still.
constexpr Duration kForeverAndADay = std::chrono::hours(24 * 365);

short EventsOf(Interest interest) {
  int events = 0;
  if (interest.readable) events |= POLLIN | POLLRDHUP;
  if (interest.end) events |= POLLRDHUP;
  if (interest.writable) events |= POLLOUT;
  return static_cast<short>(events);
}

// The failure that stands in `status`, once.
Status TakeFailure(Status& status) { return std::exchange(status, Status()); }

}  // namespace

void FakePoller::ScriptReady(const std::vector<Ready>& batch) {
  script_.insert(script_.end(), batch.begin(), batch.end());
}

std::vector<FakePoller::Watch>::iterator FakePoller::Locate(int fd) {
  return std::find_if(watches_.begin(), watches_.end(),
                      [fd](const Watch& watch) { return watch.fd == fd; });
}

std::optional<Interest> FakePoller::interest(int fd) const {
  for (const Watch& watch : watches_) {
    if (watch.fd == fd) return watch.interest;
  }
  return std::nullopt;
}

SlotId FakePoller::token(int fd) const {
  for (const Watch& watch : watches_) {
    if (watch.fd == fd) return watch.token;
  }
  return SlotId();
}

Status FakePoller::Init(SlotId wake_token) {
  wake_token_ = wake_token;
  return TakeFailure(init_failure_);
}

Status FakePoller::Add(int fd, SlotId token, Interest interest) {
  ++add_count_;
  MAILROOM_RETURN_IF_ERROR(TakeFailure(add_failure_));
  if (Locate(fd) != watches_.end()) return AlreadyExists("the descriptor is watched already");
  watches_.push_back({fd, token, interest});
  return Status();
}

Status FakePoller::Modify(int fd, SlotId token, Interest interest) {
  ++modify_count_;
  MAILROOM_RETURN_IF_ERROR(TakeFailure(modify_failure_));
  const auto watch = Locate(fd);
  if (watch == watches_.end()) return NotFound("the descriptor is not watched");
  *watch = {fd, token, interest};
  return Status();
}

void FakePoller::Remove(int fd) noexcept {
  const auto watch = Locate(fd);
  if (watch != watches_.end()) watches_.erase(watch);
}

Result<size_t> FakePoller::Wait(std::span<Ready> out, Duration timeout) {
  ++wait_count_;
  last_timeout_ = timeout;
  MAILROOM_RETURN_IF_ERROR(TakeFailure(wait_failure_));
  size_t filled = 0;
  if (woken_.exchange(false)) {
    out[filled++] = Ready{.token = wake_token_, .readable = true};
  }
  const std::span<Ready> rest = out.subspan(filled);
  filled += script_.empty() ? Look(rest) : Recite(rest);
  if (filled == 0 && clock_ != nullptr && timeout > Duration::zero() && timeout < kForeverAndADay) {
    clock_->Advance(timeout);
  }
  return filled;
}

size_t FakePoller::Recite(std::span<Ready> out) {
  const size_t count = std::min(out.size(), script_.size());
  const auto end = script_.begin() + static_cast<std::ptrdiff_t>(count);
  std::copy(script_.begin(), end, out.begin());
  script_.erase(script_.begin(), end);
  return count;
}

size_t FakePoller::Look(std::span<Ready> out) {
  size_t filled = 0;
  const size_t first = next_;
  for (size_t i = 0; i < watches_.size() && filled < out.size(); ++i) {
    const size_t index = (first + i) % watches_.size();
    const Watch& watch = watches_[index];
    pollfd look = {watch.fd, EventsOf(watch.interest), 0};
    if (::poll(&look, 1, 0) <= 0) continue;
    const bool hung_up = (look.revents & POLLHUP) != 0;
    out[filled++] = Ready{.token = watch.token,
                          .readable = (look.revents & POLLIN) != 0,
                          .writable = (look.revents & POLLOUT) != 0,
                          .eof = hung_up || (look.revents & POLLRDHUP) != 0,
                          .error = hung_up || (look.revents & POLLERR) != 0};
    next_ = filled == out.size() ? index + 1 : 0;
  }
  return filled;
}

std::optional<IoResult> FakePoller::Take(Script& script, int fd) {
  const auto found = std::find_if(script.begin(), script.end(),
                                  [fd](const Scripted& scripted) { return scripted.fd == fd; });
  if (found == script.end()) return std::nullopt;
  IoResult result = std::move(found->result);
  script.erase(found);
  return result;
}

IoResult FakePoller::Receive(int fd, std::span<char> into) {
  std::optional<IoResult> scripted = Take(receives_, fd);
  if (!scripted) return Socket::Receive(fd, into);
  if (scripted->state != IoResult::State::kDone) return *std::move(scripted);
  return Socket::Receive(fd, into.first(std::min(into.size(), scripted->bytes)));
}

IoResult FakePoller::Send(int fd, std::span<const BytesView> pieces) {
  std::optional<IoResult> scripted = Take(sends_, fd);
  if (!scripted) return Socket::Send(fd, pieces);
  if (scripted->state != IoResult::State::kDone) return *std::move(scripted);
  std::vector<BytesView> cut;
  for (size_t room = scripted->bytes; BytesView piece : pieces) {
    cut.push_back(piece.substr(0, room));
    room -= cut.back().size();
  }
  return Socket::Send(fd, cut);
}

}  // namespace mailroom::io
