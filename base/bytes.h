// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mailroom {

// A borrowed run of bytes. Never owns; valid as long as whoever lent it says.
using BytesView = std::string_view;

}  // namespace mailroom
