// SPDX-License-Identifier: Apache-2.0
#include "mailroom/actors/envelope.h"

#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/actors/testing/probe_actor.h"
#include "mailroom/base/testing/recording_home.h"

namespace mailroom::actors {
namespace {

using mailroom::testing::RecordingHome;
using testing::MakeMail;

const Envelope& Came(const Completion& completion) {
  return ParcelAs<Envelope>(*completion.parcel);
}

TEST(EnvelopeTest, AnAnswerComesHomeUnderItsCall) {
  RecordingHome home;
  EnvelopePtr mail = MakeMail(home, 7);
  Envelope* const raw = mail.get();
  mail->reply = "yes";
  Answer(std::move(mail));
  const auto completion = home.Take();
  ASSERT_TRUE(completion.has_value());
  EXPECT_EQ(completion->slot.index(), 7u);
  EXPECT_EQ(completion->parcel.get(), raw) << "the same envelope goes out and comes home";
  EXPECT_EQ(Came(*completion).reply, "yes");
}

TEST(EnvelopeTest, DroppedWithoutAnAnswerItGoesHomeAsInternal) {
  RecordingHome home;
  {
    EnvelopePtr mail = MakeMail(home, 1);
    mail->reply = "half an answer";
  }
  const auto completion = home.Take();
  ASSERT_TRUE(completion.has_value());
  EXPECT_EQ(Came(*completion).status, Status::Static(Code::kInternal, "reply dropped"));
  EXPECT_EQ(Came(*completion).reply, "") << "no half answer leaves";
  EXPECT_EQ(home.size(), 0u) << "exactly one completion for each envelope";
}

TEST(EnvelopeTest, AnsweredItIsNotDroppedAgain) {
  RecordingHome home;
  {
    EnvelopePtr mail = MakeMail(home, 1);
    Answer(std::move(mail));
  }
  EXPECT_EQ(home.size(), 1u);
}

// Tells that it was deleted.
class Telling final : public Parcel {
 public:
  explicit Telling(bool* gone) : Parcel(ParcelKind::kMessage), gone_(gone) {}
  ~Telling() override { *gone_ = true; }

 private:
  bool* const gone_;
};

TEST(EnvelopeTest, NotYetAddressedItIsSimplyDeleted) {
  bool gone = false;
  EnvelopePtr mail(new Envelope);
  mail->typed_request = std::make_unique<Telling>(&gone);
  mail.reset();
  EXPECT_TRUE(gone);
}

TEST(EnvelopeTest, ResetKeepsSmallMemoryAndGivesBackLarge) {
  Envelope envelope;
  envelope.request.assign(200, 'x');
  envelope.reply.assign(1 << 20, 'y');
  envelope.deadline = TimePoint();
  envelope.status = Status(Code::kInternal);
  envelope.wire.request_compression = envelope.wire.accepted = envelope.wire.reply_compression =
      Compression::kGzip;
  envelope.wire.request_limit.bytes = envelope.wire.compress_from = 1;
  const size_t small = envelope.request.capacity();
  envelope.Reset();
  EXPECT_EQ(envelope.wire.request_compression, Compression::kIdentity);
  EXPECT_EQ(envelope.wire.accepted, Compression::kIdentity);
  EXPECT_EQ(envelope.wire.reply_compression, Compression::kIdentity);
  EXPECT_EQ(envelope.wire.request_limit.bytes, SIZE_MAX);
  EXPECT_EQ(envelope.wire.compress_from, 0u);
  EXPECT_EQ(envelope.request.capacity(), small);
  EXPECT_LT(envelope.reply.capacity(), 1024u);
  EXPECT_EQ(envelope.deadline, kForever);
  EXPECT_TRUE(envelope.status.ok());
  EXPECT_EQ(envelope.home, nullptr);
}

}  // namespace
}  // namespace mailroom::actors
