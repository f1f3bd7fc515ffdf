// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <functional>

#include "mailroom/server/server.h"
#include "stock_actor.h"

int main(int argc, char** argv) {
  size_t most_items = 10000;
  mailroom::Server server;
  server.flags().Add("most-items", &most_items, "items that have a shelf", {1, 1000000});
  server.Add<StockActor>(std::cref(most_items));
  return server.Main(argc, argv);
}
