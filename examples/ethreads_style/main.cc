// SPDX-License-Identifier: Apache-2.0
// A web server of two loops that take turns: ethreads_style [HOST:PORT].
#include <csignal>
#include <cstdio>
#include <string>
#include <utility>

#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/examples/ethreads_style/sockets.h"
#include "mailroom/examples/ethreads_style/web.h"
#include "mailroom/io/listen_address.h"
#include "mailroom/io/listener.h"
#include "mailroom/io/standard_descriptors.h"

namespace {

using mailroom::Status;

Status Serve(const std::string& listen) {
  MAILROOM_ASSIGN_OR_RETURN(const auto where, mailroom::io::ListenAddress::Parse(listen));
  MAILROOM_ASSIGN_OR_RETURN(auto listener, mailroom::io::Listener::Open(where));
  const std::string address = listener.name();
  mailroom::ethreads_style::Sockets sockets(mailroom::io::MakePoller(), mailroom::Clock::System());
  MAILROOM_RETURN_IF_ERROR(sockets.Start(mailroom::ethreads_style::AcceptLoop(sockets)));
  MAILROOM_RETURN_IF_ERROR(sockets.loop().WatchSignals({SIGTERM, SIGINT}));
  MAILROOM_RETURN_IF_ERROR(sockets.loop().AddListener(std::move(listener)));
  std::printf("listening on http://%s\n", address.c_str());
  std::fflush(stdout);
  return sockets.loop().Run(mailroom::io::Loop::Mode::kUntilDone);
}

}  // namespace

int main(int argc, char** argv) {
  Status ended = mailroom::io::OpenStandardDescriptors();
  if (ended.ok()) ended = Serve(argc > 1 ? argv[1] : "127.0.0.1:8080");
  if (ended.ok()) return 0;
  std::fprintf(stderr, "%s\n", ended.ToString().c_str());
  return 1;
}
