// SPDX-License-Identifier: Apache-2.0
#include "mailroom/http/later_version.h"

#include <string>

#include "mailroom/http/moved_views.h"

namespace mailroom::http {

Fault ParseLaterVersion(Http1Parser& parser, BytesView block, size_t minor_at, const Limits& limits,
                        RequestHead* head, Headers* fields) {
  std::string copy(block);
  copy[minor_at] = '1';
  RequestHead parsed;
  Headers lines;
  const Fault fault = parser.ParseHead(copy, limits, &parsed, &lines);
  const MovedViews move(copy, block.data());
  move.Head(parsed, head);
  move.Fields(lines, fields);
  return fault;
}

}  // namespace mailroom::http
