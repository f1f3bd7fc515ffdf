// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "mailroom/base/wire_format.h"

// Compressions by their names on the wire, and what Accept-Encoding says of them
// (RFC 9110 s8.4.1 and s12.5.3). Private. Any thread.
namespace mailroom::rpc {

struct ContentCoding {
  Compression compression;
  std::string_view name;   // in lower case
  std::string_view alias;  // an old name that requests may use; empty: none
};

// Those of this build. Where a client is indifferent (`*`) the first one is taken.
inline constexpr std::array kContentCodings = {
    ContentCoding{Compression::kGzip, "gzip", "x-gzip"},
};

// By name or alias, in any case. Nothing for a name that is not known; `identity` has
// none here.
std::optional<Compression> FindCompression(std::string_view name);
// REQUIRES: a compression of kContentCodings. Static storage.
std::string_view NameOf(Compression compression);
// The value of Accept-Encoding in an answer: all that requests may use. Static storage.
std::string_view KnownCompressions();

// The Accept-Encoding of one request, field after field.
//
// Connect sends a list in its order of preference, HTTP a weight with each name:
// the weight counts first, then the order. A coding that is not named is refused,
// except `identity`, which everybody takes: Connect's servers must assume so.
class AcceptEncoding {
 public:
  static constexpr size_t kMostCodings = 4;

  // `codings`, which outlive it: those that an answer may use; at most kMostCodings.
  explicit AcceptEncoding(std::span<const ContentCoding> codings = kContentCodings);

  // One field's value. A name that comes twice has its lower weight. A weight
  // that cannot be read is 0, and nothing for `identity` and `*`: then the answer
  // goes out uncompressed, which is never wrong.
  void Add(std::string_view value);
  bool given() const { return given_; }

  // What the answer should be compressed by, kIdentity included.
  Compression best() const;
  // True when the client says that `identity` will not do.
  bool refuses_identity() const;

 private:
  // What was said of one name.
  struct Wish {
    static constexpr int kUnnamed = -1;
    bool named() const { return weight != kUnnamed; }
    bool Before(const Wish& other) const {
      return weight != other.weight ? weight > other.weight : place < other.place;
    }

    int weight = kUnnamed;  // in thousandths
    size_t place = 0;       // in the client's order, where it was named first
  };

  void AddElement(std::string_view name, int weight);
  Wish* Find(std::string_view name);

  const std::span<const ContentCoding> codings_;
  std::array<Wish, kMostCodings> wishes_;  // as codings_
  Wish identity_;
  Wish others_;  // "*": what is not named
  size_t elements_ = 0;
  bool given_ = false;
};

}  // namespace mailroom::rpc
