// SPDX-License-Identifier: Apache-2.0
// A connection in its steady state allocates nothing, whole requests and chunked ones alike.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "mailroom/http/http1_engine.h"
#include "mailroom/http/http1_pool.h"
#include "mailroom/http/testing/text_output.h"

namespace {

// One thread runs these tests.
size_t allocations = 0;

}  // namespace

// Not inlined: g++ would see malloc and free in the same place as new and delete.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace mailroom::http {
namespace {

class Http1AllocationTest : public ::testing::Test {
 protected:
  // Takes one request and answers it.
  void Serve(BytesView request) {
    StreamId stream{};
    bool ended = false;
    while (!ended) {
      size_t consumed = 0;
      const Event event = engine_->Next(request, &consumed, out_);
      ASSERT_FALSE(std::holds_alternative<Bad>(event));
      ASSERT_FALSE(std::holds_alternative<NeedMore>(event));
      if (const Head* head = std::get_if<Head>(&event))
        engine_->Grant(head->stream, SIZE_MAX, out_);
      if (const End* end = std::get_if<End>(&event)) {
        stream = end->stream;
        ended = true;
      }
      request.remove_prefix(consumed);
    }
    ResponseHead head;
    head.content_type = "application/json";
    testing::Answer(*engine_, stream, head, WallTime(), "{}", out_);
    out_.Queue().Clear();
  }

  size_t AllocationsInSteadyState(BytesView request) {
    for (int i = 0; i < 3; ++i) Serve(request);
    const size_t before = allocations;
    for (int i = 0; i < 1000; ++i) Serve(request);
    return allocations - before;
  }

  Http1Pool pool_{Limits()};
  std::unique_ptr<Engine> engine_ = MakeHttp1Engine(pool_);
  testing::TextOutput out_;
};

TEST_F(Http1AllocationTest, AnEngineAtRestIsOneSmallBlock) {
  const size_t before = allocations;
  const std::unique_ptr<Engine> engine = MakeHttp1Engine(pool_);
  EXPECT_EQ(allocations - before, 1u);
}

TEST_F(Http1AllocationTest, SizedRequestsAllocateNothing) {
  EXPECT_EQ(AllocationsInSteadyState("POST /a/b HTTP/1.1\r\nHost: localhost:8080\r\n"
                                     "Content-Type: application/json\r\n"
                                     "Content-Length: 2\r\n\r\n{}"),
            0u);
}

TEST_F(Http1AllocationTest, ChunkedRequestsAllocateNothing) {
  EXPECT_EQ(AllocationsInSteadyState("POST /a/b HTTP/1.1\r\nHost: localhost:8080\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n"
                                     "1;extension=value\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n"),
            0u);
}

TEST_F(Http1AllocationTest, ManyFieldsAllocateNothing) {
  std::string request = "GET /a/b HTTP/1.1\r\nHost: localhost:8080\r\n";
  for (int i = 0; i < 90; ++i) request += "X-Field-" + std::to_string(i) + ": value\r\n";
  EXPECT_EQ(AllocationsInSteadyState(request + "\r\n"), 0u);
}

}  // namespace
}  // namespace mailroom::http
