# SPDX-License-Identifier: Apache-2.0
"""What of a page is run, and when it counts as done."""

import unittest

from tests.outside import pages

PAGE = """
```sh
# a word
cd ../x && \\
    ls
bazel run //:x -- --listen 127.0.0.1:8080
```

```cpp examples/x.cc
int x;
```

```console
$ curl -s \\
    http://127.0.0.1:8080/
{"a":1}
two
$ true
```
"""


class Shell:
    """Writes down what it is told."""

    def __init__(self, code=0, output='{"a":1}\ntwo\n'):
        self.code = code
        self.output = output
        self.told = []

    def run(self, line):
        self.told.append(line)
        return self.code, "" if line == "true" else self.output

    def serve(self, line):
        self.told.append("serve " + line)


class PagesTest(unittest.TestCase):
    def test_lines_are_run_in_order_and_code_is_not(self):
        shell = Shell()
        pages.play(PAGE, shell, self)
        self.assertEqual(
            shell.told,
            [
                "cd ../x &&      ls",
                "serve bazel run //:x -- --listen 127.0.0.1:8080",
                "curl -s \\\n    http://127.0.0.1:8080/",
                "true",
            ],
        )

    def test_a_line_that_fails_fails_the_page(self):
        with self.assertRaisesRegex(AssertionError, "cd ../x"):
            pages.play(PAGE, Shell(code=1), self)

    def test_what_is_printed_must_be_what_stands_there(self):
        with self.assertRaisesRegex(AssertionError, "curl"):
            pages.play(PAGE, Shell(output='{"a":2}\ntwo\n'), self)
        self.assertTrue(pages.printed("a...c\n", "abbb\nbc"))
        self.assertFalse(pages.printed("a...c", "abbb\nbd"))
        self.assertFalse(pages.printed("a.c", "abc"))
        self.assertFalse(pages.printed("", "abc"))

    def test_a_question_to_a_program_is_no_server(self):
        self.assertTrue(pages.starts_a_server("./dev run"))
        self.assertTrue(pages.starts_a_server("bazel-bin/x --listen 127.0.0.1:8080"))
        self.assertFalse(pages.starts_a_server("bazel-bin/x --print-config --workers 2"))
        self.assertFalse(pages.starts_a_server("./dev run -- --help"))
        self.assertFalse(pages.starts_a_server("bazel build //..."))


if __name__ == "__main__":
    unittest.main()
