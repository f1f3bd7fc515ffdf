// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <google/protobuf/compiler/code_generator.h>
#include <google/protobuf/descriptor.h>

// Generator: from one .proto file the two C++ files beside protobuf's own.
//
// Always writes both, also for a file without services, since a build must know the
// outputs before it reads the file. The same input gives the same bytes.
namespace mailroom::tools {

// Must equal rpc::kGeneratorVersion of the Mailroom that the output is compiled
// with: a static_assert in each generated header compares them.
inline constexpr int kVersion = 1;

class Generator final : public google::protobuf::compiler::CodeGenerator {
 public:
  uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }
  bool Generate(const google::protobuf::FileDescriptor* file, const std::string& parameter,
                google::protobuf::compiler::GeneratorContext* context,
                std::string* error) const override;
};

}  // namespace mailroom::tools
