# SPDX-License-Identifier: Apache-2.0
"""Flags and files that prose names: what is not there is found, and where it does not belong."""

import unittest

from tools.check import name_rules as rules
from tools.check.source import Source
from tools.check.testing import RuleCases

FLAGS = 'AddSize(app, "--max-connections", "connections that are served at once");\n'
GUIDE = "`--max-connections` is said here.\n"


class FlagsBelowServerTest(unittest.TestCase, RuleCases):
    def test_a_flag_in_a_string_or_a_comment_is_found(self):
        for text in (
            'return "raise --max-message-bytes to take it";',
            "// Moved by --header-timeout.",
            "int x;  /* --workers 0 */",
            'EXPECT_NE(text.find("--max-message-bytes"), npos);',
        ):
            for path in ("http/fault.cc", "rpc/compression_test.cc", "io/loop.h", "base/clock.h"):
                self.bites(rules.flags_below_server, path, text, line=1)

    def test_the_comment_of_a_build_file_is_read(self):
        self.bites(rules.flags_below_server, "rpc/BUILD", "# For --max-reply-bytes.\n", line=1)

    def test_a_decrement_is_no_flag(self):
        for text in ("--depth_;", "while (n-- > 0) --left;", "for (;; --i) {}  // down -- to zero"):
            self.passes(rules.flags_below_server, "rpc/json_guard.cc", text)

    def test_server_and_what_stands_above_may_name_flags(self):
        for path in ("server/admission.cc", "tests/integration/limits_test.cc", "examples/main.cc"):
            self.passes(rules.flags_below_server, path, "// --max-message-bytes")


class FlagsExistTest(unittest.TestCase, RuleCases):
    def setUp(self):
        bench = Source("bench/run.py", 'parser.add_argument("--reps", type=int)\n')
        sources = [Source("server/flags.cc", FLAGS), Source("docs/guide/03.md", GUIDE), bench]
        self.exist, self.in_guide = rules.make_flags(sources)

    def test_a_flag_that_no_program_takes_is_found(self):
        self.bites(self.exist, "README.md", "one\n`--max-conections` is a limit\n", line=2)
        self.bites(self.exist, "server/options.h", "// --max-conections: of all loops")
        self.bites(self.exist, "server/admission.cc", 'Refuse("see --max-conections");')
        self.bites(self.exist, "packaging/mailroomd.service", "ExecStart=mailroomd --config-file x")

    def test_flags_of_the_server_the_benches_and_other_programs_pass(self):
        text = "--max-connections=5, ./dev bench --reps 3, curl --compressed, --fdo_optimize"
        self.passes(self.exist, "docs/guide/04.md", text)

    def test_history_and_tests_may_name_what_is_not_there(self):
        self.passes(self.exist, "CHANGELOG.md", "`--gone` is gone")
        self.passes(self.exist, "server/flags_test.cc", 'Parse("--nonsense");')

    def test_a_flag_that_no_guide_names_is_found(self):
        text = FLAGS + 'AddSize(app, "--secret", "nobody reads of it");\n'
        self.assertIn("--secret", self.bites(self.in_guide, "server/flags.cc", text, line=2))
        self.passes(self.in_guide, "server/flags.cc", FLAGS)

    def test_the_longer_flag_does_not_stand_for_the_shorter(self):
        self.bites(self.in_guide, "server/flags.cc", 'AddSize(app, "--max", "");\n', line=1)


class PathsExistTest(unittest.TestCase, RuleCases):
    def setUp(self):
        self.rule = rules.make_paths_exist({"actors/cell.cc", "docs/architecture.md"})

    def test_a_file_that_is_not_there_is_found(self):
        self.bites(self.rule, "docs/models/claim.pml", "// See actors/worker.cc.", line=1)
        self.bites(self.rule, "actors/cell.h", "// (mailroom/actors/cel.h)", line=1)
        self.bites(self.rule, "docs/guide/02.md", "a\n`docs/pitfals/coroutines.md`", line=2)

    def test_files_that_are_there_pass(self):
        self.passes(self.rule, "README.md", "`actors/cell.cc`, docs/architecture.md.")

    def test_what_is_no_path_of_the_tree_passes(self):
        text = "../docs/x.md /usr/tools/y.py hello/main.cc github.com/x/io/loop.h io/{a,b}.h"
        self.passes(self.rule, "README.md", text)
        self.passes(self.rule, "README.md", "`proto/x.pb.h`, `proto/x.mailroom.h`")

    def test_code_tests_and_history_are_not_asked(self):
        self.passes(self.rule, "actors/cell.h", '#include "mailroom/actors/gone.h"')
        self.passes(self.rule, "tools/check/x_test.py", "# actors/job.cc")
        self.passes(self.rule, "CHANGELOG.md", "actors/gone.cc")


if __name__ == "__main__":
    unittest.main()
