// SPDX-License-Identifier: Apache-2.0
// Does not compile: compile_errors_test.py reads what the compiler says.
#include "mailroom/services/generated.h"
// The next version of Mailroom, as it were.
#define kGeneratorVersion kGeneratorVersion + 1
#include "tools/protoc_gen_mailroom/testdata/pair_one.mailroom.h"
