# SPDX-License-Identifier: Apache-2.0
"""How the page of mistakes is read, and which mistake a compiler's words belong to."""

import pathlib
import unittest

from tests.outside import mistakes

PAGE = """
```cpp actor
struct Actor;
```

## A `return` too few

```cpp
int F() {}
```

- clang: `no 'return' here`
- g++: compiles

## What no compiler sees

Words.
"""

SAID = """Loading:
ERROR: /x/BUILD:5:11: C++ compilation of rule '//:mistake_one' failed (Exit 1): clang-19 failed
mistake_one.cc:3:4: error: first
ERROR: /x/BUILD:9:11: Compiling mistake_two.cc failed: (Exit 1): gcc failed
mistake_two.cc:3:4: error: second
"""


class MistakesTest(unittest.TestCase):
    def test_a_section_is_a_mistake_when_it_says_what_compilers_say(self):
        header, found = mistakes.read(PAGE)
        self.assertEqual(header, "#pragma once\n\nstruct Actor;\n")
        self.assertEqual([mistake.name for mistake in found], ["mistake_a_return_too_few"])
        self.assertEqual(found[0].code, "int F() {}\n")
        self.assertEqual(found[0].said, {"clang": "no 'return' here", "gcc": None})

    def test_the_page_has_them_all(self):
        page = pathlib.Path("docs/pitfalls/handlers.md").read_text(encoding="utf-8")
        found = mistakes.read(page)[1]
        self.assertEqual(len(found), page.count("\n## ") - 1)
        self.assertEqual(len({mistake.name for mistake in found}), len(found))

    def test_words_go_to_the_mistake_they_are_about(self):
        said = mistakes.failures(SAID)
        self.assertEqual(list(said), ["mistake_one", "mistake_two"])
        self.assertIn("first", said["mistake_one"])
        self.assertNotIn("second", said["mistake_one"])
        self.assertIn("second", said["mistake_two"])


if __name__ == "__main__":
    unittest.main()
