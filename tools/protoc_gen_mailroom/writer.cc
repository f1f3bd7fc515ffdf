// SPDX-License-Identifier: Apache-2.0
#include "mailroom/tools/protoc_gen_mailroom/writer.h"

#include <map>
#include <string>

#include <google/protobuf/descriptor.pb.h>

#include "mailroom/tools/protoc_gen_mailroom/generator.h"
#include "mailroom/tools/protoc_gen_mailroom/names.h"
#include "mailroom/v1/options.pb.h"

namespace mailroom::tools {
namespace {

namespace pb = google::protobuf;
using Words = std::map<std::string, std::string>;

// What options.proto promises for 0.
constexpr uint32_t kDefaultMaxInFlight = 1024;

const char* Bool(bool value) { return value ? "true" : "false"; }

const char* Idempotency(const pb::MethodDescriptor& method) {
  switch (method.options().idempotency_level()) {
    case pb::MethodOptions::NO_SIDE_EFFECTS:
      return "kNoSideEffects";
    case pb::MethodOptions::IDEMPOTENT:
      return "kIdempotent";
    case pb::MethodOptions::IDEMPOTENCY_UNKNOWN:
      break;
  }
  return "kUnknown";
}

bool IsConcurrent(const pb::MethodDescriptor& method) {
  const v1::MethodOptions& options = method.options().GetExtension(v1::method);
  if (options.has_concurrent()) return options.concurrent();
  return method.service()->options().GetExtension(v1::service).concurrent();
}

std::string Sample(const pb::MethodDescriptor& method) {
  const std::string& sample = method.options().GetExtension(v1::method).sample_json();
  return Quoted(sample.empty() ? "{}" : sample);
}

Words WordsOf(const pb::ServiceDescriptor& service) {
  const v1::ServiceOptions& options = service.options().GetExtension(v1::service);
  const uint32_t wanted = options.max_in_flight();
  return Words{
      {"service", service.name()},
      {"full_service", service.full_name()},
      {"max_in_flight", std::to_string(wanted == 0 ? kDefaultMaxInFlight : wanted)},
      {"stateless", Bool(options.stateless())},
      {"service_sample", service.method_count() > 0 ? Sample(*service.method(0)) : "\"{}\""},
      // clang warns of a private member that nothing uses.
      {"maybe_unused", service.method_count() > 0 ? "" : "[[maybe_unused]] "},
  };
}

Words WordsOf(const pb::MethodDescriptor& method) {
  const std::string request = ShortTypeName(*method.input_type(), *method.file());
  const std::string reply = ShortTypeName(*method.output_type(), *method.file());
  const std::string name = MethodName(method);
  const std::string takes = name + "(const " + request + "&, Call&)";
  Words words = WordsOf(*method.service());
  words.insert({
      {"index", std::to_string(method.index())},
      {"method", name},
      {"proto_method", method.name()},
      {"request", TypeName(*method.input_type())},
      {"reply", TypeName(*method.output_type())},
      {"handler", "Result<" + reply + "> " + takes},
      {"task_handler", "Task<Result<" + reply + ">> " + takes},
      {"idempotency", Idempotency(method)},
      {"concurrent", Bool(IsConcurrent(method))},
      {"sample", Sample(method)},
  });
  return words;
}

template <class F>
void EachMethod(const pb::ServiceDescriptor& service, F&& f) {
  for (int i = 0; i < service.method_count(); ++i) {
    f(*service.method(i), WordsOf(*service.method(i)));
  }
}

void OpenNamespace(const pb::FileDescriptor& file, pb::io::Printer& printer) {
  const std::string name = Namespace(file);
  if (!name.empty()) printer.Print("\nnamespace $name$ {\n", "name", name);
}

void CloseNamespace(const pb::FileDescriptor& file, pb::io::Printer& printer) {
  const std::string name = Namespace(file);
  if (!name.empty()) printer.Print("\n}  // namespace $name$\n", "name", name);
}

void WriteMethodTag(const Words& words, pb::io::Printer& printer) {
  printer.Print(words, R"(
  struct Method$index$ {
    using Request = $request$;
    using Reply = $reply$;
    template <class Derived>
    MAILROOM_TASK_WRAPPER
    static auto Invoke(Derived& actor, const Request& request, ::mailroom::Call& call)
        -> decltype(actor.$method$(request, call)) {
      return actor.$method$(request, call);
    }
    template <class Derived>
    static auto Member() -> decltype(&Derived::$method$);
  };
)");
}

void WriteChecks(const Words& words, pb::io::Printer& printer) {
  printer.Print(words, R"(
    static_assert(::mailroom::services::kHandlerTakesRequest<Self, Method$index$>,
                  "$service$.$proto_method$ wants a public handler "
                  "`$handler$` or "
                  "`$task_handler$`: "
                  "it is missing, not public, or takes something else");
    static_assert(::mailroom::services::kHandlerReturnsResult<Self, Method$index$>,
                  "$service$.$proto_method$ wants a public handler "
                  "`$handler$` or "
                  "`$task_handler$`: "
                  "it returns something else");)");
}

void WriteHandlers(const pb::ServiceDescriptor& service, pb::io::Printer& printer) {
  printer.Print(R"(
  static ::std::span<const ::mailroom::services::MethodHandler> Handlers() {)");
  if (service.method_count() == 0) {
    printer.Print("\n    return {};\n  }\n");
    return;
  }
  EachMethod(service, [&](const pb::MethodDescriptor&, const Words& method) {
    WriteChecks(method, printer);
  });
  printer.Print("\n    static constexpr ::mailroom::services::MethodHandler handlers[] = {\n");
  EachMethod(service, [&](const pb::MethodDescriptor&, const Words& method) {
    printer.Print(method, "        ::mailroom::services::HandlerOf<Self, Method$index$>(),\n");
  });
  printer.Print("    };\n    return handlers;\n  }\n");
}

void WriteActor(const pb::ServiceDescriptor& service, pb::io::Printer& printer) {
  const Words words = WordsOf(service);
  printer.Print(words, R"(
// The base of an actor that serves $full_service$:
//
//     class X final : public $service$Actor<X> {
//      public:
)");
  EachMethod(service, [&](const pb::MethodDescriptor&, const Words& method) {
    printer.Print(method, "//       $handler$;\n");
  });
  printer.Print(words, R"(//     };
//
// A handler that waits returns Task<Result<...>> instead. The request and the Call
// live until the handler has ended.
template <class Self>
class $service$Actor : public ::mailroom::services::ServiceActor {
 public:
  static const ::mailroom::rpc::ServiceSpec& Spec() { return $service$Spec(); }

 private:
  // An actor names itself: nobody but X derives from $service$Actor<X>.
  friend Self;
  $service$Actor() : ServiceActor($service$Spec(), Handlers()) {}
)");
  EachMethod(service, [&](const pb::MethodDescriptor&, const Words& method) {
    WriteMethodTag(method, printer);
  });
  WriteHandlers(service, printer);
  printer.Print("};\n");
}

void WriteClient(const pb::ServiceDescriptor& service, pb::io::Printer& printer) {
  const Words words = WordsOf(service);
  printer.Print(words, R"(
// Calls $full_service$ through a channel, which outlives the client. A call
// starts when its task is awaited; request and options live until it has ended.
class $service$Client final {
 public:
  explicit $service$Client(::mailroom::rpc::Channel& channel) : channel_(channel) {}
)");
  EachMethod(service, [&](const pb::MethodDescriptor&, const Words& method) {
    printer.Print(method, R"(
  MAILROOM_TASK_WRAPPER ::mailroom::Task<::mailroom::Result<$reply$>> $method$(
      const $request$& request);
  MAILROOM_TASK_WRAPPER ::mailroom::Task<::mailroom::Result<$reply$>> $method$(
      const $request$& request, ::mailroom::rpc::CallOptions& options);
)");
  });
  printer.Print(words, R"(
 private:
  $maybe_unused$::mailroom::rpc::Channel& channel_;
};
)");
}

void WriteMethodSpec(const Words& words, pb::io::Printer& printer) {
  printer.Print(words, R"(
      {
          .name = "$proto_method$",
          .path = "/$full_service$/$proto_method$",
          .kind = ::mailroom::rpc::MethodKind::kUnary,
          .idempotency = ::mailroom::rpc::Idempotency::$idempotency$,
          .concurrent = $concurrent$,
          .request = []() -> const ::google::protobuf::Message& {
            return $request$::default_instance();
          },
          .reply = []() -> const ::google::protobuf::Message& {
            return $reply$::default_instance();
          },
          .sample_json = $sample$,
      },)");
}

void WriteSpec(const pb::ServiceDescriptor& service, pb::io::Printer& printer) {
  Words words = WordsOf(service);
  words["methods"] = service.method_count() == 0 ? "{}" : "methods";
  printer.Print(words, "\nconst ::mailroom::rpc::ServiceSpec& $service$Spec() {\n");
  if (service.method_count() > 0) {
    printer.Print("  static constexpr ::mailroom::rpc::MethodSpec methods[] = {");
    EachMethod(service, [&](const pb::MethodDescriptor&, const Words& method) {
      WriteMethodSpec(method, printer);
    });
    printer.Print("\n  };\n");
  }
  printer.Print(words, R"(  static constexpr ::mailroom::rpc::ServiceSpec spec = {
      .name = "$full_service$",
      .methods = $methods$,
      .max_in_flight = $max_in_flight$,
      .stateless = $stateless$,
      .sample_json = $service_sample$,
  };
  return spec;
}
)");
}

void WriteCalls(const Words& words, pb::io::Printer& printer) {
  printer.Print(words, R"(
::mailroom::Task<::mailroom::Result<$reply$>> $service$Client::$method$(
    const $request$& request) {
  return ::mailroom::rpc::UnaryCall<$reply$>(
      channel_, $service$Spec().methods[$index$], request);
}

::mailroom::Task<::mailroom::Result<$reply$>> $service$Client::$method$(
    const $request$& request, ::mailroom::rpc::CallOptions& options) {
  return ::mailroom::rpc::UnaryCall<$reply$>(
      channel_, $service$Spec().methods[$index$], request, options);
}
)");
}

void WriteTop(const pb::FileDescriptor& file, pb::io::Printer& printer) {
  printer.Print("// Generated by protoc-gen-mailroom from $file$. Do not edit.\n", "file",
                file.name());
}

}  // namespace

void WriteHeader(const pb::FileDescriptor& file, pb::io::Printer& printer) {
  WriteTop(file, printer);
  const Words words = {{"base", BasePath(file)}, {"version", std::to_string(kVersion)}};
  printer.Print(words, R"(#pragma once

#include <span>

#include "$base$.pb.h"
#include "mailroom/services/generated.h"

static_assert(::mailroom::rpc::kGeneratorVersion == $version$,
              "$base$.mailroom.h comes from another version of "
              "protoc-gen-mailroom than the Mailroom it is compiled with: generate it again");
)");
  if (file.service_count() == 0) return;
  OpenNamespace(file, printer);
  for (int i = 0; i < file.service_count(); ++i) {
    const pb::ServiceDescriptor& service = *file.service(i);
    printer.Print("\n// $full$: names, types and options.\n", "full", service.full_name());
    printer.Print("const ::mailroom::rpc::ServiceSpec& $name$Spec();\n", "name", service.name());
    WriteActor(service, printer);
    WriteClient(service, printer);
  }
  CloseNamespace(file, printer);
}

void WriteSource(const pb::FileDescriptor& file, pb::io::Printer& printer) {
  WriteTop(file, printer);
  printer.Print("#include \"$base$.mailroom.h\"\n", "base", BasePath(file));
  if (file.service_count() == 0) return;
  OpenNamespace(file, printer);
  for (int i = 0; i < file.service_count(); ++i) {
    const pb::ServiceDescriptor& service = *file.service(i);
    WriteSpec(service, printer);
    EachMethod(service, [&](const pb::MethodDescriptor&, const Words& method) {
      WriteCalls(method, printer);
    });
  }
  CloseNamespace(file, printer);
}

}  // namespace mailroom::tools
