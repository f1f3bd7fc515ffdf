// SPDX-License-Identifier: Apache-2.0
#include "mailroom/tools/protoc_gen_mailroom/refusals.h"

#include <memory>
#include <set>

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>

#include "mailroom/tools/protoc_gen_mailroom/names.h"
#include "mailroom/v1/options.pb.h"

namespace mailroom::tools {
namespace {

namespace pb = google::protobuf;

// As many slots as a table of the runtime has (base/slot_id.h).
constexpr uint32_t kMostInFlight = 1 << 20;

// The lines, gathered.
class Report final {
 public:
  explicit Report(const pb::FileDescriptor& file) : file_(file) {}

  // `element` is a ServiceDescriptor or a MethodDescriptor.
  template <class Element>
  void Add(const Element& element, const std::string& reason) {
    // The first line too: protoc puts words of its own in front.
    text_ += "\n" + file_.name() + ":";
    pb::SourceLocation place;
    if (element.GetSourceLocation(&place)) {
      // Descriptors count from 0, people from 1.
      text_ += std::to_string(place.start_line + 1) + ":";
      text_ += std::to_string(place.start_column + 1) + ":";
    }
    text_ += " " + element.full_name() + ": " + reason;
  }

  std::string Take() { return std::move(text_); }

 private:
  const pb::FileDescriptor& file_;
  std::string text_;
};

void CheckStreams(const pb::MethodDescriptor& method, Report& report) {
  if (!method.client_streaming() && !method.server_streaming()) return;
  report.Add(method,
             "streaming methods are not yet supported by protoc-gen-mailroom: "
             "remove `stream`, or move the method to a file of its own");
}

void CheckMessage(const pb::MethodDescriptor& method, const pb::Descriptor& message,
                  Report& report) {
  if (message.file()->options().optimize_for() == pb::FileOptions::LITE_RUNTIME) {
    report.Add(method, message.full_name() + " is made for LITE_RUNTIME, which has no " +
                           "reflection: remove optimize_for from " + message.file()->name());
  }
  // The package itself is reported once, with the service.
  if (HasKeyword(TypeName(message)) && !HasKeyword(Namespace(*method.file()))) {
    report.Add(method, message.full_name() + " is called " + TypeName(message).substr(2) +
                           " by protobuf's C++ generator, which no C++20 compiler takes: "
                           "give it another name");
  }
}

// The sample goes into curl lines: it must be a request.
void CheckSample(const pb::MethodDescriptor& method, Report& report) {
  const std::string& sample = method.options().GetExtension(v1::method).sample_json();
  if (sample.empty()) return;
  pb::DynamicMessageFactory factory;
  const std::unique_ptr<pb::Message> request(factory.GetPrototype(method.input_type())->New());
  const auto parsed = pb::util::JsonStringToMessage(sample, request.get());
  if (!parsed.ok()) {
    report.Add(method, "sample_json is no " + method.input_type()->full_name() + ": " +
                           std::string(parsed.message()));
  }
}

void CheckMethods(const pb::ServiceDescriptor& service, Report& report) {
  std::set<std::string> names;
  for (int i = 0; i < service.method_count(); ++i) {
    const pb::MethodDescriptor& method = *service.method(i);
    CheckStreams(method, report);
    CheckMessage(method, *method.input_type(), report);
    if (method.output_type() != method.input_type()) {
      CheckMessage(method, *method.output_type(), report);
    }
    CheckSample(method, report);
    if (!names.insert(MethodName(method)).second) {
      report.Add(method, "another method is called " + MethodName(method) +
                             " in C++ too: give one of them another name");
    }
  }
}

// The classes we add to the package must not meet the user's own.
void CheckNames(const pb::ServiceDescriptor& service, Report& report) {
  const pb::FileDescriptor& file = *service.file();
  for (const char* suffix : {"Actor", "Client", "Spec"}) {
    const std::string name = service.full_name() + suffix;
    if (file.pool()->FindMessageTypeByName(name) != nullptr ||
        file.pool()->FindEnumTypeByName(name) != nullptr) {
      report.Add(service, "the generated " + service.name() + suffix + " would collide with " +
                              name + ": give one of them another name");
    }
  }
  if (HasKeyword(Namespace(file))) {
    report.Add(service, "package " + file.package() +
                            " has a C++ keyword in its name, and protobuf's C++ generator here "
                            "does not escape it: give the package another name");
  }
}

void CheckOptions(const pb::ServiceDescriptor& service, Report& report) {
  const uint32_t wanted = service.options().GetExtension(v1::service).max_in_flight();
  if (wanted > kMostInFlight) {
    report.Add(service, "max_in_flight is " + std::to_string(wanted) + ", at most " +
                            std::to_string(kMostInFlight) + " are possible");
  }
}

}  // namespace

std::string Refusals(const pb::FileDescriptor& file) {
  Report report(file);
  for (int i = 0; i < file.service_count(); ++i) {
    CheckNames(*file.service(i), report);
    CheckOptions(*file.service(i), report);
    CheckMethods(*file.service(i), report);
  }
  return report.Take();
}

}  // namespace mailroom::tools
