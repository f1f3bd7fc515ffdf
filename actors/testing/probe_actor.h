// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mailroom/actors/actor.h"

// ProbeActor: an actor that writes down what reaches it and does what the test
// says. Answers each mail at once unless `on_mail` is set. Lives in a Cell, which
// owns it until it stops; the test keeps a pointer for looking inside.
namespace mailroom::actors::testing {

class ProbeActor final : public Actor {
 public:
  std::function<void(EnvelopePtr)> on_mail;
  std::function<void(Completion)> on_completion;
  bool takes_mail = true;
  bool keep_notes = true;  // false for millions of mails

  ActorPlace place{nullptr, nullptr};
  std::vector<std::string> seen;      // "mail 3", "completion 17"
  std::vector<std::string> failures;  // texts of exceptions
  std::function<void()> on_stop;

  void Start(const ActorPlace& where) override { place = where; }
  void Receive(EnvelopePtr mail) override {
    if (keep_notes) seen.push_back("mail " + std::to_string(mail->method));
    if (on_mail) {
      on_mail(std::move(mail));
    } else {
      Answer(std::move(mail));
    }
  }
  void Settle(Completion completion) override {
    if (keep_notes) seen.push_back("completion " + std::to_string(completion.slot.index()));
    if (on_completion) on_completion(std::move(completion));
  }
  bool TakesMail() const override { return takes_mail; }
  void Failed(std::string_view what) override { failures.emplace_back(what); }
  void Stop() override {
    if (on_stop) on_stop();
  }
};

// An envelope whose answer goes to `home` under `index`.
inline EnvelopePtr MakeMail(Home& home, uint32_t index) {
  EnvelopePtr mail(new Envelope);
  mail->home = &home;
  mail->call = SlotId(SlotKind::kCall, 0, index, 1);
  mail->method = index;
  return mail;
}

}  // namespace mailroom::actors::testing
