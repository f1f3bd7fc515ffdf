// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/server.h"
#include "stock_actor.h"

int main(int argc, char** argv) {
  mailroom::Server server;
  server.Add<StockActor>(10000);
  return server.Main(argc, argv);
}
