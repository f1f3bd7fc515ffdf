// SPDX-License-Identifier: Apache-2.0
// JobMemory of service_job.h: a request that serves call after call.
#include <string>

#include <gtest/gtest.h>

#include "mailroom/bank/v1/bank.pb.h"
#include "mailroom/echo/v1/echo.pb.h"
#include "mailroom/services/service_job.h"

namespace mailroom::services {
namespace {

using bank::v1::DepositRequest;
using echo::v1::EchoRequest;
using google::protobuf::Message;

TEST(JobMemoryTest, EachRequestIsOfTheTypeThatIsAskedFor) {
  JobMemory memory;
  for (int i = 0; i < 3; ++i) {
    Message* const echo = memory.NewRequest(EchoRequest::default_instance(), 8);
    EXPECT_EQ(echo->GetDescriptor(), EchoRequest::descriptor());
    memory.Recycle(true);
    Message* const deposit = memory.NewRequest(DepositRequest::default_instance(), 8);
    EXPECT_EQ(deposit->GetDescriptor(), DepositRequest::descriptor());
    memory.Recycle(true);
  }
}

TEST(JobMemoryTest, ASmallRequestServesTheNextCallOfItsType) {
  JobMemory memory;
  Message* const first = memory.NewRequest(EchoRequest::default_instance(), 8);
  memory.Recycle(true);
  EXPECT_EQ(memory.NewRequest(EchoRequest::default_instance(), 8), first);
}

TEST(JobMemoryTest, UnlessItIsNotToBeKept) {
  JobMemory memory;
  auto* const first =
      static_cast<EchoRequest*>(memory.NewRequest(EchoRequest::default_instance(), 8));
  first->set_message("old");
  memory.Recycle(false);
  const auto* const next =
      static_cast<EchoRequest*>(memory.NewRequest(EchoRequest::default_instance(), 8));
  EXPECT_TRUE(next->message().empty());
}

// It would keep what its strings took from the heap.
TEST(JobMemoryTest, AfterMuchWasReadItIsMadeAnew) {
  JobMemory memory;
  auto* const large =
      static_cast<EchoRequest*>(memory.NewRequest(EchoRequest::default_instance(), 10'000));
  large->set_message(std::string(10'000, 'x'));
  memory.Recycle(true);
  const auto* const next =
      static_cast<EchoRequest*>(memory.NewRequest(EchoRequest::default_instance(), 8));
  EXPECT_TRUE(next->message().empty());
}

// Each is small; what they leave behind adds up.
TEST(JobMemoryTest, ManySmallOnesCountTogether) {
  JobMemory memory;
  auto* request =
      static_cast<EchoRequest*>(memory.NewRequest(EchoRequest::default_instance(), 1000));
  request->set_message("old");
  memory.Recycle(true);
  for (int i = 0; i < 4; ++i) {
    request = static_cast<EchoRequest*>(memory.NewRequest(EchoRequest::default_instance(), 1000));
    memory.Recycle(true);
  }
  request = static_cast<EchoRequest*>(memory.NewRequest(EchoRequest::default_instance(), 1000));
  EXPECT_TRUE(request->message().empty());
}

}  // namespace
}  // namespace mailroom::services
