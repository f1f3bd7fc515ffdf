// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "mailroom/base/wire_format.h"

// Compressions by their names on the wire, and what Accept-Encoding says of them
// (RFC 9110 s8.4.1 and s12.5.3). Private. Any thread.
namespace mailroom::rpc {

// "gzip" and its old name "x-gzip", in any case. Nothing for a name that is not
// known; `identity` has none here.
std::optional<Compression> FindCompression(std::string_view name);
// "gzip"; REQUIRES: not kIdentity.
std::string_view NameOf(Compression compression);
// The value of Accept-Encoding in an answer: all that requests may use.
std::string_view KnownCompressions();

// The Accept-Encoding of one request, field after field.
//
// Connect sends a list in its order of preference, HTTP a weight with each name:
// the weight counts first, then the order. Whoever is not named is refused, but
// for `identity`, which everybody takes: Connect's servers must assume so.
class AcceptEncoding {
 public:
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
  static constexpr int kUnnamed = -1;

  void AddElement(std::string_view name, int weight);

  bool given_ = false;
  bool identity_first_ = false;  // named before any compression
  // Weights in thousandths.
  int gzip_ = kUnnamed;
  int identity_ = kUnnamed;
  int others_ = kUnnamed;  // "*": what is not named
};

}  // namespace mailroom::rpc
