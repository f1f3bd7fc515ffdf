// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailroom/base/status.h"

// Descriptors 0, 1 and 2.
//
// A program may be started with them closed. The first sockets it opens then get their
// numbers, and what is printed goes to a peer.
namespace mailroom::io {

// Opens /dev/null in the place of those that are closed. First of all in main(), before
// anything opens a descriptor.
Status OpenStandardDescriptors();

}  // namespace mailroom::io
