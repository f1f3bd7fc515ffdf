// SPDX-License-Identifier: Apache-2.0
//
// floor_http and the one hop that an actor server cannot save: the loop gives each request to a
// worker thread, the worker answers, the loop sends. Mail of one turn costs at most one wake, and
// so do the replies that come home together; replies to one connection that stand next to each
// other leave in one send. Pooled calls of the server are compared with this.

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>
#include <thread>

#include "mailroom/bench/floor.h"
#include "mailroom/bench/handoff.h"

namespace mailroom::bench {
namespace {

constexpr size_t kBatch = 256;  // mails or replies that cross at once

void RunWorker(MailQueue& mails, ReplyQueue& replies) {
  std::array<Mail, kBatch> taken;
  std::array<Reply, kBatch> answers;
  for (;;) {
    const size_t count = mails.Take(taken);
    for (size_t i = 0; i < count; ++i) answers[i] = Reply{taken[i].fd, taken[i].generation};
    replies.Put(std::span(answers).first(count));
  }
}

// Returns whether the worker got mail.
bool HandOver(Sockets& sockets, int fd, MailQueue& mails) {
  const auto put = [fd, &mails](uint32_t generation, std::string_view body) {
    Mail mail;
    mail.fd = fd;
    mail.generation = generation;
    mail.body_size = static_cast<uint32_t>(std::min(body.size(), Mail::kBodyRoom));
    memcpy(mail.body.data(), body.data(), mail.body_size);
    mails.Put(mail);
  };
  return sockets.Receive(fd, put) > 0;
}

void SendReplies(Sockets& sockets, ReplyQueue& replies) {
  std::array<Reply, kBatch> home;
  while (const size_t count = replies.Take(home)) {
    for (size_t first = 0; first < count;) {
      const Reply reply = home[first];
      size_t next = first + 1;
      while (next < count && home[next].fd == reply.fd &&
             home[next].generation == reply.generation) {
        ++next;
      }
      sockets.Reply(reply.fd, reply.generation, next - first);
      first = next;
    }
  }
}

void RunTurn(Sockets& sockets, MailQueue& mails, ReplyQueue& replies) {
  bool mail_put = false;
  bool replies_wait = false;
  for (const epoll_event& ready : sockets.Wait()) {
    const int fd = ready.data.fd;
    if (fd == replies.wake_fd()) {
      replies_wait = true;
    } else if (fd == sockets.listener()) {
      sockets.AcceptAll();
    } else if ((ready.events & EPOLLOUT) != 0) {
      sockets.Flush(fd);
    } else {
      mail_put |= HandOver(sockets, fd, mails);
    }
  }
  if (mail_put) mails.WakeWorker();
  if (!replies_wait) return;
  replies.AcknowledgeWake();
  SendReplies(sockets, replies);
}

}  // namespace
}  // namespace mailroom::bench

int main(int argc, char** argv) {
  using namespace mailroom::bench;
  Sockets sockets("floor_handoff", PortArgument(argc, argv));
  MailQueue mails;
  ReplyQueue replies;
  sockets.WatchInput(replies.wake_fd());
  std::thread worker(RunWorker, std::ref(mails), std::ref(replies));
  for (;;) RunTurn(sockets, mails, replies);
}
