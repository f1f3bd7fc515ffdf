// SPDX-License-Identifier: Apache-2.0
// The service that Connect's conformance suite calls, and the few bytes by which its runner and a
// server find each other: tests/conformance/run. The argument is the number of workers.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include <google/protobuf/message_lite.h>

#include "mailroom/base/ascii.h"
#include "mailroom/base/log.h"
#include "mailroom/rpc/base64.h"
#include "mailroom/rpc/error_detail.h"
#include "mailroom/server/server.h"
#include "tests/conformance/conformance.mailroom.h"

namespace mailroom::tests {
namespace {

namespace suite = connectrpc::conformance::v1;

using Headers = google::protobuf::RepeatedPtrField<suite::Header>;

bool EndsInBin(std::string_view name) {
  return name.size() >= 4 && EqualsIgnoreCase(name.substr(name.size() - 4), "-bin");
}

// The suite writes binary values in base64.
void AddAll(const Headers& headers, Metadata* metadata) {
  for (const suite::Header& header : headers) {
    for (const std::string& value : header.value()) {
      std::string bytes = value;
      if (EndsInBin(header.name())) {
        bytes.clear();
        if (!rpc::DecodeBase64(value, &bytes)) continue;
      }
      metadata->Add(header.name(), bytes);
    }
  }
}

// One Header a key, with its values in their order.
void ListAll(const Metadata& metadata, Headers* headers) {
  std::map<std::string_view, suite::Header*> by_key;
  for (size_t i = 0; i < metadata.size(); ++i) {
    const Metadata::Entry entry = metadata[i];
    suite::Header*& header = by_key[entry.key];
    if (header == nullptr) {
      header = headers->Add();
      header->set_name(std::string(entry.key));
    }
    std::string value(entry.value);
    if (Metadata::IsBinary(entry.key)) {
      value.clear();
      rpc::AppendBase64(entry.value, &value);
    }
    header->add_value(value);
  }
}

suite::ConformancePayload::RequestInfo Describe(const google::protobuf::Message& request,
                                                const Call& call) {
  suite::ConformancePayload::RequestInfo info;
  ListAll(call.metadata(), info.mutable_request_headers());
  if (call.deadline() != kForever) {
    using std::chrono::milliseconds;
    info.set_timeout_ms(std::chrono::duration_cast<milliseconds>(call.remaining()).count());
  }
  info.add_requests()->PackFrom(request);
  return info;
}

Status ErrorOf(const suite::Error& error, const suite::ConformancePayload::RequestInfo& info) {
  Status status(static_cast<Code>(error.code()), error.message());
  for (const google::protobuf::Any& detail : error.details()) {
    const std::string& url = detail.type_url();
    status.AddDetail(ErrorDetail{url.substr(url.rfind('/') + 1), detail.value()});
  }
  status.AddDetail(rpc::MakeErrorDetail(info));
  return status;
}

class ConformanceActor final : public suite::ConformanceServiceActor<ConformanceActor> {
 public:
  Task<Result<suite::UnaryResponse>> Unary(const suite::UnaryRequest& request, Call& call) {
    const std::chrono::milliseconds delay(request.response_definition().response_delay_ms());
    if (delay.count() > 0) co_await call.Sleep(delay);
    co_return Answer<suite::UnaryResponse>(request, call);
  }

  Task<Result<suite::IdempotentUnaryResponse>> IdempotentUnary(
      const suite::IdempotentUnaryRequest& request, Call& call) {
    const std::chrono::milliseconds delay(request.response_definition().response_delay_ms());
    if (delay.count() > 0) co_await call.Sleep(delay);
    co_return Answer<suite::IdempotentUnaryResponse>(request, call);
  }

  Result<suite::UnimplementedResponse> Unimplemented(const suite::UnimplementedRequest&, Call&) {
    return mailroom::Unimplemented("nothing is behind this method, as the suite asks");
  }

 private:
  template <class Response, class Request>
  static Result<Response> Answer(const Request& request, Call& call) {
    const suite::UnaryResponseDefinition& wanted = request.response_definition();
    AddAll(wanted.response_headers(), &call.headers());
    AddAll(wanted.response_trailers(), &call.trailers());
    if (wanted.has_error()) return ErrorOf(wanted.error(), Describe(request, call));
    Response response;
    response.mutable_payload()->set_data(wanted.response_data());
    *response.mutable_payload()->mutable_request_info() = Describe(request, call);
    return response;
  }
};

// False at the end of the input.
bool ReadMessage(google::protobuf::MessageLite* message) {
  unsigned char size[4];
  if (std::fread(size, 1, sizeof(size), stdin) != sizeof(size)) return false;
  std::string bytes(size_t{size[0]} << 24 | size_t{size[1]} << 16 | size_t{size[2]} << 8 | size[3],
                    '\0');
  return std::fread(bytes.data(), 1, bytes.size(), stdin) == bytes.size() &&
         message->ParseFromString(bytes);
}

void WriteMessage(const google::protobuf::MessageLite& message) {
  const std::string bytes = message.SerializeAsString();
  for (int shift = 24; shift >= 0; shift -= 8) {
    std::putchar(static_cast<int>(bytes.size() >> shift & 0xff));
  }
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  std::fflush(stdout);
}

int Run(int workers) {
  suite::ServerCompatRequest how;
  if (!ReadMessage(&how)) {
    std::fputs("the suite's runner starts this: ./dev conformance\n", stderr);
    return 2;
  }
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.admin_listen.clear();
  options.workers = workers;
  if (how.message_receive_limit() > 0) options.max_message_bytes = how.message_receive_limit();
  options.compress_min_bytes = 1;
  Server server(options);
  server.Add<ConformanceActor>();
  server.DrainOnSignals();
  if (const Status started = server.Start(); !started.ok()) {
    std::fprintf(stderr, "%s\n", started.ToString().c_str());
    return 1;
  }
  const std::string address = server.address();
  suite::ServerCompatResponse where;
  where.set_host("127.0.0.1");
  where.set_port(static_cast<uint32_t>(std::atoi(address.substr(address.rfind(':') + 1).c_str())));
  WriteMessage(where);
  return server.Serve().ok() ? 0 : 1;
}

}  // namespace
}  // namespace mailroom::tests

int main(int argc, char** argv) { return mailroom::tests::Run(argc > 1 ? std::atoi(argv[1]) : 0); }
