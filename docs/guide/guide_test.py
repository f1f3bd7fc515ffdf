# SPDX-License-Identifier: Apache-2.0
"""What the guide shows is what is compiled.

A fenced block whose first line names a file (```cpp examples/01_hello/main.cc) is that file, but
for its licence line. Other blocks are shell lines and plain text, never code.
"""

import pathlib
import re
import unittest

_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WITHOUT_FILE = {"sh", "text"}


def blocks():
    for page in sorted(pathlib.Path("docs/guide").glob("*.md")):
        for language, path, text in _BLOCK.findall(page.read_text()):
            yield page.name, language, path, text


class GuideTest(unittest.TestCase):
    maxDiff = None

    def test_what_the_pages_show_is_in_the_tree(self):
        shown = 0
        for page, _, path, text in blocks():
            if not path:
                continue
            shown += 1
            with self.subTest(page=page, path=path):
                lines = pathlib.Path(path).read_text().splitlines(keepends=True)
                if "SPDX-License-Identifier" in lines[0]:
                    del lines[0]
                self.assertEqual("".join(lines), text)
        self.assertGreater(shown, 0)

    def test_all_code_names_its_file(self):
        for page, language, path, text in blocks():
            with self.subTest(page=page, text=text):
                self.assertTrue(path or language in _WITHOUT_FILE)

    def test_every_block_is_seen(self):
        for page in pathlib.Path("docs/guide").glob("*.md"):
            fences = len(re.findall(r"^```", page.read_text(), re.MULTILINE))
            seen = sum(1 for name, *_ in blocks() if name == page.name)
            self.assertEqual(fences, 2 * seen)


if __name__ == "__main__":
    unittest.main()
