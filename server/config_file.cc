// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "mailroom/base/json_escape.h"
#include "mailroom/base/utf8.h"
#include "mailroom/server/bare_dots.h"
#include "mailroom/server/duration.h"
#include "mailroom/server/nearest.h"

// It throws nothing, and writes nothing: PrintConfig does. Its assertions can be reached by a
// file (toml++ 3.3.0: U+0085 in front of a list's value), and with NDEBUG the compiler may assume
// what they say. Here they are nothing: the parser's own errors follow. This comes last: no other
// header is to be read without NDEBUG.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace mailroom::server {
namespace {

// A dot in a key is a table in a table, which toml++ takes apart by recursion. A list of flags
// has none; a thousand are far from the end of a stack.
constexpr size_t kMostDots = 1000;

// What a message shows of a key or a value at most.
constexpr size_t kMostShown = 200;

struct Place {
  const std::string& path;
  uint32_t line;
};

// "mailroom.toml:3: workers".
std::string Origin(const Place& place, std::string_view key) {
  return place.path + ":" + std::to_string(place.line) + ": " +
         std::string(Utf8Start(key, kMostShown));
}

Status Wrong(const std::string& origin, std::string_view what) {
  return InvalidArgument(origin + std::string(what));
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  AppendJsonEscaped(text, &quoted);  // TOML's escapes are JSON's
  return quoted + "\"";
}

// True when TOML reads the bare text as that same text: not 007 (no TOML), not -0 (prints as 0).
bool IsBare(const std::string& text, Flag::Shape shape) {
  if (shape == Flag::Shape::kSwitch) return text == "true" || text == "false";
  if (shape != Flag::Shape::kNumber) return false;
  const std::optional<int64_t> number = ParseNumber(text);
  return number && std::to_string(*number) == text;
}

// A flag's line in a file.
std::string Row(const Flag& flag, const Flag::Texts& texts) {
  const std::string key = flag.name + " = ";
  if (flag.shape == Flag::Shape::kList) {
    std::string list;
    for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + Quoted(text);
    return key + "[" + list + "]";
  }
  const std::string& text = texts.front();
  return key + (IsBare(text, flag.shape) ? text : Quoted(text));
}

// A flag's help in a file, where a control character other than a tab is a mistake.
std::string Comment(std::string_view help) {
  std::string comment = "# ";
  for (const char c : help) {
    const bool control = (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7F';
    comment += c == '\n' ? std::string("\n# ") : std::string(1, control ? ' ' : c);
  }
  return comment + "\n";
}

std::string_view Wanted(Flag::Shape shape) {
  switch (shape) {
    case Flag::Shape::kText:
      return "text in quotes";
    case Flag::Shape::kNumber:
      return "a whole number";
    case Flag::Shape::kSwitch:
      return "true or false";
    case Flag::Shape::kList:
      return "a list of texts";
  }
  return "";
}

std::string_view Found(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "a switch";
    default:
      return "a date or a time";
  }
}

// What the file says for the flag; nothing when the flag does not take the type.
std::optional<Flag::Texts> TextsOf(const toml::node& node, Flag::Shape shape) {
  const bool list = shape == Flag::Shape::kList;
  if (const auto* text = node.as_string()) {
    return list ? SplitList(text->get()) : Flag::Texts{text->get()};
  }
  if (const auto* number = node.as_integer(); number && shape == Flag::Shape::kNumber) {
    return Flag::Texts{std::to_string(number->get())};
  }
  if (const auto* on = node.as_boolean(); on && shape == Flag::Shape::kSwitch) {
    return Flag::Texts{on->get() ? "true" : "false"};
  }
  const auto* array = node.as_array();
  if (array == nullptr || !list) return std::nullopt;
  Flag::Texts texts;
  for (const toml::node& element : *array) {
    const auto* text = element.as_string();
    if (text == nullptr) return std::nullopt;
    texts.push_back(text->get());
  }
  return texts;
}

std::string Meant(std::string_view key, const Flags& flags) {
  NearestWord nearest(key);
  for (const Flag& flag : flags.all()) nearest.Consider(flag.name);
  const std::string word(nearest.word());
  return word.empty() ? "" : "; did you mean " + word + "?";
}

Result<Given> ReadKey(const toml::key& key, const toml::node& node, const std::string& path,
                      const Flags& flags) {
  const std::string name(key.str());
  const std::string origin = Origin({path, key.source().begin.line}, name);
  const Flag* const flag = flags.Find(name);
  if (flag == nullptr && node.is_table()) {
    return Wrong(origin,
                 " is a table, and this file has none: a key is a flag without its dashes, "
                 "at the start of a line");
  }
  if (flag == nullptr) return Wrong(origin, " is the key of no flag" + Meant(name, flags));
  std::optional<Flag::Texts> texts = TextsOf(node, flag->shape);
  if (texts) return Given{flag, *std::move(texts), origin};
  return Wrong(origin, " wants " + std::string(Wanted(flag->shape)) + ", and this is " +
                           std::string(Found(node)) + "; write it as in " +
                           Row(*flag, flag->get()));
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const size_t start = std::min(text.find_first_not_of(kBlank), text.size());
  const size_t end = text.find_last_not_of(kBlank) + 1;
  return text.substr(start, std::max(start, end) - start);
}

// The line of that number, from 1 on.
std::string_view Line(std::string_view text, uint32_t number) {
  for (; number > 1; --number) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return "";
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// What the line was meant to be, as far as can be told: its key, and the value in the
// quotes that people forget.
std::string Advice(std::string_view line, const Flags& flags) {
  const size_t equals = std::min(line.find('='), line.size());
  const std::string_view key = Trimmed(line.substr(0, equals));
  const Flag* const flag = flags.Find(key);
  if (flag == nullptr) return equals == line.size() ? "" : Meant(key, flags);
  std::string_view value = Trimmed(line.substr(equals).substr(equals < line.size()));
  value = Trimmed(value.substr(0, value.find(" #")));
  const bool plain = !value.empty() && value.size() <= kMostShown &&
                     value.find_first_of("\"'") == std::string_view::npos &&
                     !(value.front() == '[' && value.back() == ']');
  const bool quotes = flag->shape == Flag::Shape::kText || flag->shape == Flag::Shape::kList;
  return "; write it as in " +
         Row(*flag, plain && quotes ? Flag::Texts{std::string(value)} : flag->get());
}

Status NoToml(const toml::parse_error& error, const std::string& text, const std::string& path,
              const Flags& flags) {
  const uint32_t number = error.source().begin.line;
  const std::string_view line = Line(text, number);
  const std::string_view key = Trimmed(line.substr(0, std::min(line.find('='), line.size())));
  const bool known = flags.Find(key) != nullptr;
  std::string origin = Origin({path, number}, known ? key : std::string_view());
  if (known) origin += ": ";
  return Wrong(origin, "no TOML: " + std::string(error.description()) + Advice(line, flags));
}

// Empty when all of it was read; else why not.
std::string ReadAll(const std::string& path, std::string* text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (file == nullptr) return std::strerror(errno);
  text->resize(kMostConfigBytes + 1);
  text->resize(std::fread(text->data(), 1, text->size(), file.get()));
  if (std::ferror(file.get()) != 0) return std::strerror(errno);
  if (text->size() <= kMostConfigBytes) return "";
  return "it has more than " + std::to_string(kMostConfigBytes) + " bytes: is it the right file?";
}

}  // namespace

Result<std::vector<Given>> ReadConfigFile(const std::string& path, const std::string& origin,
                                          const Flags& flags) {
  std::string text;
  if (const std::string wrong = ReadAll(path, &text); !wrong.empty()) {
    return Wrong(origin, ": " + wrong);
  }
  return ReadConfig(text, path, flags);
}

Result<std::vector<Given>> ReadConfig(const std::string& text, const std::string& path,
                                      const Flags& flags) {
  if (CountBareDots(text) > kMostDots) {
    return Wrong(path, ": more than " + std::to_string(kMostDots) +
                           " dots outside of quotes: is it the right file?");
  }
  const toml::parse_result read = toml::parse(text);
  if (!read) return NoToml(read.error(), text, path, flags);
  std::vector<std::pair<const toml::key*, const toml::node*>> keys;
  for (const auto& [key, node] : read.table()) keys.emplace_back(&key, &node);
  std::ranges::sort(keys, {}, [](const auto& key) { return key.first->source().begin.line; });
  std::vector<Given> given;
  for (const auto& [key, node] : keys) {
    MAILROOM_ASSIGN_OR_RETURN(given.emplace_back(), ReadKey(*key, *node, path, flags));
  }
  return given;
}

std::string PrintConfig(const Flags& flags) {
  std::string text;
  for (const Flag& flag : flags.all()) {
    text += Comment(flag.help) + Row(flag, flag.get()) + "\n";
  }
  return text;
}

}  // namespace mailroom::server
