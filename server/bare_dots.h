// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

// Private to server.
namespace mailroom::server {

// The dots of a TOML text that stand neither in quotes nor in a comment: those of keys and
// of numbers. Of a text that is no TOML at least the dots before the first mistake count.
size_t CountBareDots(std::string_view toml);

}  // namespace mailroom::server
