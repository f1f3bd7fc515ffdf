// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/log.h"
#include "mailroom/base/status.h"
#include "mailroom/rpc/method.h"

// Says in the log which string of a reply is not UTF-8. Private to services. Any thread.
namespace mailroom::services {

// Names the method and the field. At most one line a second per limiter. False, and no
// line, when every string is UTF-8. `written`: what came of writing the reply. In JSON
// that fails; in binary it succeeds and the reader refuses it.
bool ReportNonUtf8(const rpc::MethodSpec& method, const google::protobuf::Message& reply,
                   const Status& written, LogLimiter& limiter);

}  // namespace mailroom::services
