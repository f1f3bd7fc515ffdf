# SPDX-License-Identifier: Apache-2.0
"""What the guide shows is what is compiled, and what it tells to type is run.

A fenced block that names a file (```cpp examples/01_hello/main.cc) is that file, but for its
licence line; with the word `part` behind it, lines of that file as they stand there. Blocks of `sh`
and `console` are run by ./dev outside (tests/outside/pages.py). Other blocks are text, never code.
"""

import pathlib
import re
import unittest

_BLOCK = re.compile(r"^```(\w+)(?: (\S+)( part)?)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^):]+)\)")
_WITHOUT_FILE = {"console", "sh", "text"}


def pages():
    return sorted(pathlib.Path("docs/guide").glob("*.md"))


def blocks():
    for page in pages():
        for language, path, part, text in _BLOCK.findall(page.read_text()):
            yield page.name, language, path, part, text


class GuideTest(unittest.TestCase):
    maxDiff = None

    def test_what_the_pages_show_is_in_the_tree(self):
        shown = 0
        for page, _, path, part, text in blocks():
            if not path:
                continue
            shown += 1
            with self.subTest(page=page, path=path):
                lines = pathlib.Path(path).read_text().splitlines(keepends=True)
                if "SPDX-License-Identifier" in lines[0]:
                    del lines[0]
                if part:
                    self.assertIn("\n" + text, "\n" + "".join(lines))
                else:
                    self.assertEqual("".join(lines), text)
        self.assertGreater(shown, 10)

    def test_all_code_names_its_file(self):
        for page, language, path, _, text in blocks():
            with self.subTest(page=page, text=text):
                self.assertEqual(bool(path), language not in _WITHOUT_FILE)

    def test_every_block_is_seen(self):
        for page in pages():
            fences = len(re.findall(r"^```", page.read_text(), re.MULTILINE))
            seen = sum(1 for name, *_ in blocks() if name == page.name)
            self.assertEqual(fences, 2 * seen)

    def test_links_lead_somewhere(self):
        for page in pages():
            for link in _LINK.findall(page.read_text()):
                with self.subTest(page=page.name, link=link):
                    self.assertTrue((page.parent / link).exists())

    def test_the_readme_lists_every_page(self):
        listed = re.findall(r"docs/guide/([\w-]+\.md)", pathlib.Path("README.md").read_text())
        self.assertEqual(sorted(set(listed)), [page.name for page in pages()])


if __name__ == "__main__":
    unittest.main()
