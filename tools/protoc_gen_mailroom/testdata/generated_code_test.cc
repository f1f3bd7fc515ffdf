// SPDX-License-Identifier: Apache-2.0
// The goldens, compiled and called: what is hard to name can be served and asked.
#include <gtest/gtest.h>

#include "mailroom/services/testing/service_stage.h"
#include "made/v1/made_placed.mailroom.h"
#include "shop/v1/placed.mailroom.h"
#include "testdata/stripped.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/imports.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/keywords.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/made.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/messages_only.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/nested.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/package_less.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/pair_one.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/pair_two.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/presence.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/several_services.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/shadows.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/twin_younger.mailroom.h"
#include "tools/protoc_gen_mailroom/testdata/well_known.mailroom.h"

// A user's actors, in a namespace of their own.
namespace user {
namespace {

using mailroom::Call;
using mailroom::Result;
using mailroom::Task;
using mailroom::rpc::Idempotency;
using mailroom::rpc::ServiceSpec;
using mailroom::services::testing::ServiceStage;
namespace testdata = ::mailroom::testdata;
namespace testdata_of_others = ::testdata::google::mailroom;

class FirstActor final : public testdata::several::FirstServiceActor<FirstActor> {
 public:
  using Question = testdata::several::Question;
  using Answer = testdata::several::Answer;
  Result<Answer> Inherits(const Question& question, Call&) { return AnswerTo(question); }
  Task<Result<Answer>> Exclusive(const Question& question, Call& call) {
    co_await call.Yield();
    co_return AnswerTo(question);
  }

 private:
  static Answer AnswerTo(const Question& question) {
    Answer answer;
    answer.set_text("why " + question.text());
    return answer;
  }
};

class EmptyActor final : public testdata::several::EmptyServiceActor<EmptyActor> {};

TEST(GeneratedCodeTest, EachMethodMayAnswerAtOnceOrLater) {
  ServiceStage<FirstActor> stage;
  testdata::several::FirstServiceClient client(stage.channel());
  testdata::several::Question question;
  question.set_text("so");
  EXPECT_EQ(stage.Finish(client.Inherits(question))->text(), "why so");
  EXPECT_EQ(stage.Finish(client.Exclusive(question))->text(), "why so");
  mailroom::rpc::CallOptions options;
  EXPECT_EQ(stage.Finish(client.Exclusive(question, options))->text(), "why so");
}

TEST(GeneratedCodeTest, TheSpecSaysWhatTheSchemaSays) {
  const ServiceSpec& spec = FirstActor::Spec();
  EXPECT_EQ(&spec, &testdata::several::FirstServiceSpec());
  EXPECT_EQ(spec.name, "mailroom.testdata.several.FirstService");
  EXPECT_EQ(spec.max_in_flight, 7u);
  EXPECT_TRUE(spec.stateless);
  ASSERT_EQ(spec.methods.size(), 2u);
  EXPECT_EQ(spec.methods[0].name, "Inherits");
  EXPECT_EQ(spec.methods[0].path, "/mailroom.testdata.several.FirstService/Inherits");
  EXPECT_EQ(spec.methods[0].sample_json, "{\"text\": \"why \\\"so\\\"?\?/ \u00fc\"}");
  EXPECT_EQ(spec.sample_json, spec.methods[0].sample_json);
  EXPECT_TRUE(spec.methods[0].concurrent);
  EXPECT_EQ(spec.methods[0].idempotency, Idempotency::kNoSideEffects);
  EXPECT_FALSE(spec.methods[1].concurrent);
  EXPECT_EQ(spec.methods[1].idempotency, Idempotency::kIdempotent);
  EXPECT_EQ(spec.methods[1].request().GetTypeName(), "mailroom.testdata.several.Question");
  EXPECT_EQ(spec.methods[1].reply().GetTypeName(), "mailroom.testdata.several.Answer");
}

TEST(GeneratedCodeTest, WhatTheSchemaLeavesOutHasItsDefault) {
  const ServiceSpec& spec = testdata::several::SecondServiceSpec();
  EXPECT_EQ(spec.max_in_flight, 1024u);
  EXPECT_FALSE(spec.stateless);
  EXPECT_FALSE(spec.methods[0].concurrent);
  EXPECT_EQ(spec.methods[0].idempotency, Idempotency::kUnknown);
  EXPECT_EQ(spec.methods[0].sample_json, "{}");
  EXPECT_TRUE(spec.methods[1].concurrent);
}

TEST(GeneratedCodeTest, AServiceMayHaveNoMethods) {
  ServiceStage<EmptyActor> stage;
  const testdata::several::EmptyServiceClient client(stage.channel());
  EXPECT_TRUE(EmptyActor::Spec().methods.empty());
}

class NewActor final : public testdata::keywords::newActor<NewActor> {
 public:
  using Request = testdata::keywords::class_;
  Result<testdata::keywords::class__int> delete_(const Request& request, Call&) {
    testdata::keywords::class__int reply;
    reply.set_for_(request.delete_());
    return reply;
  }
  Result<Request> newClient_(const Request& request, Call&) { return request; }
  Result<Request> Start_(const Request& request, Call&) { return request; }
  Result<Request> Stop_(const Request& request, Call&) { return request; }
  Result<Request> Spec_(const Request& request, Call&) { return request; }
  Result<Request> Handlers(const Request& request, Call&) { return request; }
  Result<Request> Method0(const Request& request, Call&) { return request; }
};

TEST(GeneratedCodeTest, KeywordsAndOurOwnNamesMayBeNames) {
  ServiceStage<NewActor> stage;
  testdata::keywords::newClient client(stage.channel());
  testdata::keywords::class_ request;
  request.set_delete_("gone");
  EXPECT_EQ(stage.Finish(client.delete_(request))->for_(), "gone");
  EXPECT_EQ(stage.Finish(client.Stop_(request))->delete_(), "gone");
  EXPECT_EQ(stage.Finish(client.newClient_(request))->delete_(), "gone");
  EXPECT_EQ(stage.Finish(client.Handlers(request))->delete_(), "gone");
  EXPECT_EQ(stage.Finish(client.Method0(request))->delete_(), "gone");
  // On the wire they are called what the schema calls them.
  EXPECT_EQ(NewActor::Spec().methods[0].path, "/mailroom.testdata.keywords.new/delete");
}

class ShadowsActor final : public testdata_of_others::CallActor<ShadowsActor> {
 public:
  Result<testdata_of_others::Result> Task(const testdata_of_others::Actor& actor, Call&) {
    testdata_of_others::Result result;
    result.set_text(actor.text());
    return result;
  }
};

TEST(GeneratedCodeTest, AUsersNamesMayBeOursToo) {
  ServiceStage<ShadowsActor> stage;
  testdata_of_others::CallClient client(stage.channel());
  testdata_of_others::Actor actor;
  actor.set_text("me");
  EXPECT_EQ(stage.Finish(client.Task(actor))->text(), "me");
}

class NestedActor final : public testdata::nested::NestedServiceActor<NestedActor> {
 public:
  Result<testdata::nested::Outer::Inner::Innermost> Deepen(
      const testdata::nested::Outer::Inner& inner, Call&) {
    return inner.innermost();
  }
};

TEST(GeneratedCodeTest, NestedMessagesAreRequestsAndReplies) {
  ServiceStage<NestedActor> stage;
  testdata::nested::NestedServiceClient client(stage.channel());
  testdata::nested::Outer::Inner inner;
  inner.mutable_innermost()->set_text("deep");
  EXPECT_EQ(stage.Finish(client.Deepen(inner))->text(), "deep");
}

class ClockActor final : public testdata::well_known::WellKnownServiceActor<ClockActor> {
 public:
  Result<google::protobuf::Timestamp> Now(const google::protobuf::Empty&, Call&) {
    google::protobuf::Timestamp now;
    now.set_seconds(7);
    return now;
  }
  Result<google::protobuf::Empty> Note(const google::protobuf::Struct&, Call&) {
    return google::protobuf::Empty();
  }
};

TEST(GeneratedCodeTest, WellKnownTypesAreRequestsAndReplies) {
  ServiceStage<ClockActor> stage;
  testdata::well_known::WellKnownServiceClient client(stage.channel());
  const google::protobuf::Empty empty;
  const google::protobuf::Struct note;
  EXPECT_EQ(stage.Finish(client.Now(empty))->seconds(), 7);
  EXPECT_TRUE(stage.Finish(client.Note(note)).ok());
}

class PresenceActor final : public testdata::presence::PresenceServiceActor<PresenceActor> {
 public:
  Result<testdata::presence::Maybe> Look(const testdata::presence::Maybe& maybe, Call&) {
    if (!maybe.has_number()) return mailroom::NotFound("no number");
    return maybe;
  }
};

TEST(GeneratedCodeTest, AnOptionalFieldIsThereOrNot) {
  ServiceStage<PresenceActor> stage;
  testdata::presence::PresenceServiceClient client(stage.channel());
  testdata::presence::Maybe maybe;
  EXPECT_EQ(stage.Finish(client.Look(maybe)).status().code(), mailroom::Code::kNotFound);
  maybe.set_number(0);
  EXPECT_TRUE(stage.Finish(client.Look(maybe))->has_number());
}

class PackageLessActor final : public ::PackageLessActor<user::PackageLessActor> {
 public:
  Result<::PackageLessMessage> Get(const ::PackageLessMessage& request, Call&) { return request; }
};

TEST(GeneratedCodeTest, AFileMayHaveNoPackage) {
  ServiceStage<user::PackageLessActor> stage;
  ::PackageLessClient client(stage.channel());
  ::PackageLessMessage request;
  request.set_text("free");
  EXPECT_EQ(stage.Finish(client.Get(request))->text(), "free");
  EXPECT_EQ(user::PackageLessActor::Spec().methods[0].path, "/PackageLess/Get");
}

// Two services of one package, from two files, and messages of several packages.
class TwoActor final : public testdata::pair::TwoServiceActor<TwoActor> {
 public:
  Result<testdata::pair::One> Get(const testdata::pair::Two& two, Call&) { return two.one(); }
};

class ImportsActor final : public testdata::imports::ImportsServiceActor<ImportsActor> {
 public:
  Result<::PackageLessMessage> Across(const testdata::pair::One& one, Call&) {
    ::PackageLessMessage message;
    message.set_text(std::to_string(one.number()));
    return message;
  }
};

TEST(GeneratedCodeTest, MessagesMayComeFromOtherFilesAndPackages) {
  ServiceStage<TwoActor> two_stage;
  testdata::pair::TwoServiceClient two_client(two_stage.channel());
  testdata::pair::Two two;
  two.mutable_one()->set_number(5);
  const Result<testdata::pair::One> one = two_stage.Finish(two_client.Get(two));
  EXPECT_EQ(one->number(), 5);

  ServiceStage<ImportsActor> stage;
  testdata::imports::ImportsServiceClient client(stage.channel());
  EXPECT_EQ(stage.Finish(client.Across(*one))->text(), "5");
}

// Files that are imported by another path than their own.
class PlacedActor final : public testdata::placed::PlacedServiceActor<PlacedActor> {
 public:
  using Place = testdata::placed::Place;
  Result<Place> Get(const Place& place, Call&) { return place; }
};

class StrippedActor final : public testdata::stripped::StrippedServiceActor<StrippedActor> {
 public:
  using Place = testdata::placed::Place;
  Result<Place> Get(const Place& place, Call&) { return place; }
};

TEST(GeneratedCodeTest, AFileMayBeImportedFromElsewhere) {
  testdata::placed::Place place;
  place.set_name("here");
  ServiceStage<PlacedActor> placed_stage;
  testdata::placed::PlacedServiceClient placed(placed_stage.channel());
  EXPECT_EQ(placed_stage.Finish(placed.Get(place))->name(), "here");
  ServiceStage<StrippedActor> stripped_stage;
  testdata::stripped::StrippedServiceClient stripped(stripped_stage.channel());
  EXPECT_EQ(stripped_stage.Finish(stripped.Get(place))->name(), "here");
}

// Schemas that a rule has written.
class MadeActor final : public testdata::made::ItemServiceActor<MadeActor> {
 public:
  using Item = testdata::made::Item;
  Result<Item> Get(const Item& item, Call&) { return item; }
};

class MadePlacedActor final : public testdata::made_placed::ItemServiceActor<MadePlacedActor> {
 public:
  using Item = testdata::made_placed::Item;
  Result<Item> Get(const Item& item, Call&) { return item; }
};

TEST(GeneratedCodeTest, ASchemaMayBeGeneratedItself) {
  ServiceStage<MadeActor> made_stage;
  testdata::made::ItemServiceClient made(made_stage.channel());
  EXPECT_TRUE(made_stage.Finish(made.Get(testdata::made::Item())).ok());
  ServiceStage<MadePlacedActor> placed_stage;
  testdata::made_placed::ItemServiceClient placed(placed_stage.channel());
  EXPECT_TRUE(placed_stage.Finish(placed.Get(testdata::made_placed::Item())).ok());
}

// Two files of one library, one of which imports the other.
class YoungerActor final : public testdata::twins::YoungerServiceActor<YoungerActor> {
 public:
  Result<testdata::twins::Elder> Get(const testdata::twins::Younger& younger, Call&) {
    return younger.elder();
  }
};

TEST(GeneratedCodeTest, ALibraryMayHaveSeveralFiles) {
  ServiceStage<YoungerActor> stage;
  testdata::twins::YoungerServiceClient client(stage.channel());
  testdata::twins::Younger younger;
  younger.mutable_elder()->set_number(3);
  EXPECT_EQ(stage.Finish(client.Get(younger))->number(), 3);
}

}  // namespace
}  // namespace user
