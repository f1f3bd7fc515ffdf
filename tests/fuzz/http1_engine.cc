// SPDX-License-Identifier: Apache-2.0
// The HTTP/1.1 engine: whatever arrives, the verdict does not depend on how it is cut, nor on what
// the loop's other connections sent before.
//
// Input: a line whose first character says how the connection is treated (bit 1: small limits,
// 2: answers wait, 4: drain after the first request) and whose others are the sizes of the pieces;
// then the bytes that the client sends.

#include <string_view>

#include "mailroom/base/check.h"
#include "mailroom/http/http1_pool.h"
#include "mailroom/tests/fuzz/exchanges.h"
#include "mailroom/tests/fuzz/target.h"

using mailroom::fuzz::Exchanges;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes = mailroom::fuzz::Text(data, size);
  std::string_view line = mailroom::fuzz::TakeUntil('\n', &bytes);
  const size_t how = line.empty() ? 0 : mailroom::fuzz::Number(line[0], 8);
  if (!line.empty()) line.remove_prefix(1);

  mailroom::fuzz::Feeding feeding;
  if ((how & 1) != 0) feeding.limits = mailroom::fuzz::SmallLimits();
  feeding.answer_late = (how & 2) != 0;
  feeding.close_early = (how & 4) != 0;

  // One pool: what the first connection left in it must not show in the second.
  mailroom::http::Http1Pool pool(feeding.limits);
  const Exchanges whole = mailroom::fuzz::Feed(feeding, bytes, {}, pool);
  const Exchanges cut = mailroom::fuzz::Feed(feeding, bytes, mailroom::fuzz::CutsOf(line), pool);
  MAILROOM_CHECK(whole == cut);
  return 0;
}
