// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "mailroom/http/engine.h"
#include "mailroom/http/output.h"

namespace mailroom::http::testing {

// What an engine writes, as text.
class TextOutput final : public Output {
 public:
  OutputQueue& Queue() override { return queue_; }

  // What was written since the last time.
  std::string Take() {
    std::string text;
    while (!queue_.empty()) {
      BytesView pieces[8];
      const size_t count = queue_.Gather(pieces);
      size_t size = 0;
      for (size_t i = 0; i < count; ++i) {
        text += pieces[i];
        size += pieces[i].size();
      }
      queue_.Advance(size);
    }
    return text;
  }

 private:
  OutputQueue queue_;
};

// A whole answer with this body.
inline void Answer(Engine& engine, StreamId stream, const ResponseHead& head, WallTime now,
                   std::string_view body, Output& out) {
  engine.SendHead(stream, head, now, out);
  std::string bytes(body);
  engine.Send(stream, {.body = &bytes, .offset = 0, .size = bytes.size()}, /*last=*/true, out);
}

}  // namespace mailroom::http::testing
