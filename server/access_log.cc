// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/access_log.h"

#include "mailroom/base/log.h"

namespace mailroom::server {

void LogAccess(const Exchange& exchange, const AnsweredCall& answered, std::string_view peer) {
  const std::string_view protocol =
      exchange.protocol == nullptr ? std::string_view("http") : exchange.protocol->name();
  const std::string_view method =
      exchange.route == nullptr ? std::string_view("-") : exchange.route->method->path;
  MAILROOM_LOG(kInfo) << "call protocol=" << protocol << " method=" << method
                      << " code=" << CodeName(answered.code) << " status=" << answered.http_status
                      << " bytes=" << answered.bytes << " took=" << answered.took
                      << " peer=" << peer;
}

}  // namespace mailroom::server
