// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/status.h"
#include "mailroom/server/config/flags.h"
#include "mailroom/server/config/options.h"

// The flags of every Mailroom server, a row for each field of ServerOptions. Private to
// server.
namespace mailroom::server {

// `options` outlives the table.
void AddServerFlags(ServerOptions* options, Flags* flags);

// Holds options that a program set by itself to what their flags take. invalid_argument
// names the flag.
Status CheckValues(ServerOptions options);

}  // namespace mailroom::server
