// SPDX-License-Identifier: Apache-2.0
#include "mailroom/rpc/protobuf_log.h"

#include <google/protobuf/stubs/logging.h>

namespace mailroom::rpc {

void SilenceProtobufLog() { google::protobuf::SetLogHandler(nullptr); }

}  // namespace mailroom::rpc
