// SPDX-License-Identifier: Apache-2.0
// mailroomd: the example services behind one port. What `./dev run` starts.
#include "mailroom/server/server.h"
#include "mailroom/services/bank.h"
#include "mailroom/services/echo.h"
#include "mailroom/services/greet.h"

int main(int argc, char** argv) {
  mailroom::Server server;
  server.Add<mailroom::services::GreetActor>();
  server.Add<mailroom::services::EchoActor>();
  server.Add<mailroom::services::BankActor>();
  return server.Main(argc, argv);
}
