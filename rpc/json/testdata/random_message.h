// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <google/protobuf/message.h>

#include "mailroom/base/random.h"

// Messages that no person would write, the same for the same seed.
namespace mailroom::rpc::testdata {

// Sets about half of the fields, with the values at which codecs break: limits,
// zeros, NaN, every kind of character. `depth` bounds messages inside messages.
void FillRandomly(Random& random, int depth, google::protobuf::Message* message);

// REQUIRES: code is a character of Unicode.
void AppendCharacter(uint32_t code, std::string* text);

}  // namespace mailroom::rpc::testdata
