// SPDX-License-Identifier: Apache-2.0
#include "hello_actor.h"
#include "mailroom/server/server.h"

int main(int argc, char** argv) {
  mailroom::Server server;
  server.Add<HelloActor>();
  return server.Main(argc, argv);
}
