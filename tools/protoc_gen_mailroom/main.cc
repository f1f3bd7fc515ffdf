// SPDX-License-Identifier: Apache-2.0
// protoc-gen-mailroom: `protoc --mailroom_out=DIR foo.proto` writes foo.mailroom.h
// and foo.mailroom.cc: actor bases, specs and clients of the services in it.
#include <google/protobuf/compiler/plugin.h>

#include "mailroom/tools/protoc_gen_mailroom/generator.h"

int main(int argc, char* argv[]) {
  const mailroom::tools::Generator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
