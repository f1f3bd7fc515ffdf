// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

// Private to server.
namespace mailroom::server {

// The dots of a TOML text that stand neither in quotes nor in a comment: those of keys and
// of numbers. If the text is not TOML, counts at least the dots before the first mistake.
size_t CountBareDots(std::string_view toml);

}  // namespace mailroom::server
