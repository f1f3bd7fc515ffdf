// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mailroom/base/status.h"

// How much of an error leaves the server.
//
// A text may repeat what a caller sent or what a library said, of any length; clients
// log it, proxies and other protocols put it into a header. So each error is cut to
// these bounds before it waits or is written, and says how much was cut. Any thread.
namespace mailroom::rpc {

// The text as UTF-8, with what it says of the cut. People read far less; 4 KiB is half of what a
// header line may have.
inline constexpr size_t kMaxErrorText = 4 * 1024;
// Details, and what they come to: types, values and `debug`. Those of google.rpc are ten
// kinds of some 100 bytes.
inline constexpr size_t kMaxErrorDetails = 32;
inline constexpr size_t kMaxErrorDetailBytes = 16 * 1024;

// True when it is within all three, and its text is UTF-8.
bool IsBounded(const Status& error);

// The same error within the bounds. Each malformed byte becomes U+FFFD. The text is cut at a
// character and followed by "... (N more bytes)" of the original; the first detail that does not
// fit is left out with all behind it, and the text says how many. Itself when it is bounded,
// also OK.
Status BoundError(Status error);

// What an error or the access log repeats of what a stranger sent: its first 200 bytes, cut
// at a character and with "..." behind them, or all of it.
std::string CutEcho(std::string_view text);

}  // namespace mailroom::rpc
