// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/server.h"
#include "remind_actor.h"

int main(int argc, char** argv) {
  mailroom::Server server;
  server.Add<RemindActor>();
  return server.Main(argc, argv);
}
