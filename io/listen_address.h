// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mailroom/base/status.h"
#include "mailroom/io/address.h"

// ListenAddress: where a server listens, as people write it.
//
//   127.0.0.1:8080, [::]:443    TCP (io/address.h)
//   unix:/run/mailroom.sock     a Unix socket, a file in a folder
//   unix:@mailroom              one without a file, known by its name (Linux)
//   fd:3                        a socket that listens already, opened by whoever
//                               started the process (socket activation)
//
// A value. Nothing is opened or looked up here: see Listener::Open().
namespace mailroom::io {

class ListenAddress final {
 public:
  // The longest path or name, without the zero behind it (unix(7)).
  static constexpr size_t kMaxUnixPath = 107;

  enum class Kind : uint8_t { kTcp, kUnix, kDescriptor };

  // invalid_argument says what is wrong with the text.
  static Result<ListenAddress> Parse(std::string_view text);

  Kind kind() const { return kind_; }
  const Address& address() const { return address_; }  // kTcp
  const std::string& path() const { return path_; }    // kUnix; "@name" without a file
  int descriptor() const { return descriptor_; }       // kDescriptor
  std::string ToString() const;

 private:
  explicit ListenAddress(Kind kind) : kind_(kind) {}

  Kind kind_;
  Address address_;
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace mailroom::io
