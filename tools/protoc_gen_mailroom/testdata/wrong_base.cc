// SPDX-License-Identifier: Apache-2.0
// Does not compile: compile_errors_test.py reads what the compiler says.
#include "tools/protoc_gen_mailroom/testdata/pair_one.mailroom.h"

namespace mailroom::testdata::pair {

class OneActor final : public OneServiceActor<OneActor> {
 public:
  Result<One> Get(const One& request, Call&) { return request; }
};

// Copied from above and half renamed.
class OtherActor final : public OneServiceActor<OneActor> {
 public:
  Result<One> Get(const One& request, Call&) { return request; }
};

OneActor right;
OtherActor other;

}  // namespace mailroom::testdata::pair
