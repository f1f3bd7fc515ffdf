// SPDX-License-Identifier: Apache-2.0
#include "mailroom/base/home.h"

#include <memory>

#include <gtest/gtest.h>

namespace mailroom {
namespace {

struct Letter final : Parcel {
  static constexpr ParcelKind kKind = ParcelKind::kMessage;
  Letter() : Parcel(kKind) {}
  int pages = 2;
};

struct Number final : Parcel {
  static constexpr ParcelKind kKind = ParcelKind::kResult;
  Number() : Parcel(kKind) {}
  int value = 3;
};

struct Word final : Parcel {
  static constexpr ParcelKind kKind = ParcelKind::kResult;
  Word() : Parcel(kKind) {}
  char first = 'a';
};

TEST(ParcelTest, SaysWhatItIs) {
  const ParcelPtr letter = std::make_unique<Letter>();
  const ParcelPtr number = std::make_unique<Number>();
  EXPECT_EQ(letter->kind(), ParcelKind::kMessage);
  EXPECT_EQ(ParcelAs<Letter>(*letter).pages, 2);
  EXPECT_EQ(number->kind(), ParcelKind::kResult);
  EXPECT_EQ(ParcelAs<Number>(*number).value, 3);
}

TEST(ParcelDeathTest, TakenForAnotherKindItEndsTheProgram) {
  const ParcelPtr number = std::make_unique<Number>();
  EXPECT_DEATH(static_cast<void>(ParcelAs<Letter>(*number)), "check failed.*kKind");
}

#ifndef NDEBUG
// Results share their kind, so this needs the class itself.
TEST(ParcelDeathTest, TakenForAnotherResultItEndsADebugBuild) {
  const ParcelPtr word = std::make_unique<Word>();
  EXPECT_DEATH(static_cast<void>(ParcelAs<Number>(*word)), "check failed");
}
#endif

}  // namespace
}  // namespace mailroom
