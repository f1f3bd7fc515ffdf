// SPDX-License-Identifier: Apache-2.0
#include "mailroom/services/reply_report.h"

#include <chrono>
#include <string>

#include "mailroom/rpc/utf8_field.h"

namespace mailroom::services {

bool ReportNonUtf8(const rpc::MethodSpec& method, const google::protobuf::Message& reply,
                   const Status& written, LogLimiter& limiter) {
  const std::string field = rpc::NonUtf8Field(reply);
  if (field.empty()) return false;
  const std::string what = std::string(method.path) + " is not UTF-8 in its field " + field;
  if (written.ok()) {
    MAILROOM_LOG_LIMITED(kError, std::chrono::seconds(1), limiter)
        << "a reply of " << what << ": clients refuse it; a field of bytes may hold anything";
  } else {
    MAILROOM_LOG_LIMITED(kError, std::chrono::seconds(1), limiter)
        << "a reply of " << what << ": JSON cannot hold it, its caller is told internal";
  }
  return true;
}

}  // namespace mailroom::services
