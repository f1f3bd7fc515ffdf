# SPDX-License-Identifier: Apache-2.0
"""Flags and files that prose names: what is not there is found, and where it does not belong."""

import unittest

from tools.check import name_rules as rules
from tools.check.source import Source
from tools.check.testing import RuleCases

OPTIONS = "size_t max_connections = 1;  // --max-connections: of all loops\n"
FLAGS = 'Size(app, "max-connections", "served at once"); app.set_version_flag("--version");\n'
GUIDE = "`--max-connections`, `--version`.\n"


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
            self.passes(rules.flags_below_server, "rpc/json/json_guard.cc", text)

    def test_server_and_what_stands_above_may_name_flags(self):
        for path in ("server/hall/intake.cc", "tests/integration/limits_test.cc", "examples/a.cc"):
            self.passes(rules.flags_below_server, path, "// --max-message-bytes")


class FlagsExistTest(unittest.TestCase, RuleCases):
    def rules_of(self, options=OPTIONS, flags=FLAGS, guide=GUIDE):
        """Those of a tree with these options, this code for the flags, this guide."""
        return rules.make_flags(
            [
                Source("server/config/options.h", options),
                Source("server/config/flags.cc", flags),
                Source("server/config/flags_test.cc", 'Parse("--of-a-test");'),
                Source("docs/guide/03.md", guide),
                Source("examples/02/main.cc", 'server.flags().Add("most-items", &most, "");'),
                Source("bench/run.py", 'parser.add_argument("--reps", type=int)\n'),
            ]
        )

    def setUp(self):
        self.exist, self.in_guide = self.rules_of()

    def test_a_flag_that_no_program_takes_is_found(self):
        self.bites(self.exist, "README.md", "one\n`--max-conections` is a limit\n", line=2)
        self.bites(self.exist, "server/config/options.h", "// --max-conections: of all loops")
        self.bites(self.exist, "server/hall/admission.cc", 'Refuse("see --max-conections");')
        self.bites(self.exist, "packaging/service.in", "ExecStart=mailroomd --config-file x")

    def test_flags_of_the_server_the_benches_and_other_programs_pass(self):
        text = "--max-connections=5, ./dev bench --reps 3, curl --compressed, --fdo_optimize"
        self.passes(self.exist, "docs/guide/04.md", text)
        self.passes(self.exist, "docs/guide/02.md", "an example's own: --most-items 3")

    def test_history_and_tests_may_name_what_is_not_there(self):
        self.passes(self.exist, "CHANGELOG.md", "`--gone` is gone")
        self.passes(self.exist, "server/config/flags_test.cc", 'Parse("--nonsense");')

    def test_a_flag_of_the_options_that_no_code_has_is_found(self):
        for flag in ("--gone", "--of-a-test"):
            options = OPTIONS + f"int gone = 0;  // {flag}: what was\n"
            exist, _ = self.rules_of(options=options)
            self.bites(exist, "server/config/options.h", options, line=2)

    def test_a_flag_that_no_guide_names_is_found(self):
        self.passes(self.in_guide, "server/config/options.h", OPTIONS)
        options = OPTIONS + "int secret = 0;  // --secret: nobody reads of it\n"
        _, in_guide = self.rules_of(options=options, flags=FLAGS + 'Size(app, "secret", "");')
        self.assertIn("--secret", self.bites(in_guide, "server/config/options.h", options, line=2))

    def test_the_longer_flag_does_not_stand_for_the_shorter(self):
        _, in_guide = self.rules_of(guide="`--max-connections-age`, `--version`")
        self.bites(in_guide, "server/config/options.h", OPTIONS, line=1)


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
