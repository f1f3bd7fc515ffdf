// SPDX-License-Identifier: Apache-2.0
#include "mailroom/tools/protoc_gen_mailroom/generator.h"

#include <memory>

#include <google/protobuf/io/printer.h>
#include <google/protobuf/io/zero_copy_stream.h>

#include "mailroom/tools/protoc_gen_mailroom/names.h"
#include "mailroom/tools/protoc_gen_mailroom/refusals.h"
#include "mailroom/tools/protoc_gen_mailroom/writer.h"

namespace mailroom::tools {

bool Generator::Generate(const google::protobuf::FileDescriptor* file, const std::string& parameter,
                         google::protobuf::compiler::GeneratorContext* context,
                         std::string* error) const {
  if (!parameter.empty()) {
    *error = "protoc-gen-mailroom takes no parameter, got: " + parameter;
    return false;
  }
  *error = Refusals(*file);
  if (!error->empty()) return false;
  const std::string base = BasePath(*file) + ".mailroom";
  for (const auto& [suffix, write] : {std::pair{".h", &WriteHeader}, {".cc", &WriteSource}}) {
    const std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> out(
        context->Open(base + suffix));
    google::protobuf::io::Printer printer(out.get(), '$');
    write(*file, printer);
  }
  return true;
}

}  // namespace mailroom::tools
