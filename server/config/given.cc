// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/given.h"

#include "mailroom/base/utf8.h"

namespace mailroom::server {

Flag::Texts SplitList(const std::string& word) {
  Flag::Texts texts;
  if (word.empty()) return texts;
  size_t start = 0;
  while (true) {
    const size_t comma = word.find(',', start);
    texts.push_back(word.substr(start, comma - start));
    if (comma == std::string::npos) return texts;
    start = comma + 1;
  }
}

std::string Apply(const Given& given) {
  for (const std::string& text : given.texts) {
    // What a file can't hold could not be printed as one.
    if (!IsUtf8(text)) return "the value is not UTF-8";
    if (text.find('\0') != std::string::npos) return "the value holds a zero byte";
  }
  return given.flag->set(given.texts);
}

}  // namespace mailroom::server
