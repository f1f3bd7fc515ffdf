# SPDX-License-Identifier: Apache-2.0
"""What the generator writes is what was read and found good."""

import difflib
import pathlib
import unittest

from tools.protoc_gen_mailroom.testdata import goldens


class GoldensTest(unittest.TestCase):
    maxDiff = None

    def test_every_output_is_as_its_golden(self):
        outputs = goldens.made()
        self.assertGreater(len(outputs), 20)
        for name, path in sorted(outputs.items()):
            with self.subTest(name):
                golden = pathlib.Path(goldens.FOLDER) / name
                difference = difflib.unified_diff(
                    golden.read_text().splitlines(),
                    path.read_text().splitlines(),
                    "golden",
                    "generated",
                    lineterm="",
                )
                self.assertEqual("\n".join(difference), "")

    def test_no_golden_is_left_over(self):
        there = {path.name for path in pathlib.Path(goldens.FOLDER).glob("*.golden")}
        self.assertEqual(there, set(goldens.made()))


if __name__ == "__main__":
    unittest.main()
