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

    def test_a_file_lies_where_it_is_imported_from(self):
        made = goldens.made()
        for name, imported in {
            "made": f"{goldens.FOLDER}/made",
            "made_placed": "made/v1/made_placed",
            "placed": "shop/v1/placed",
            "stripped": "testdata/stripped",
        }.items():
            folder = f"{goldens.FOLDER}/{name}_mailroom_generated"
            for suffix in ("cc", "h"):
                path = made[f"{name}.mailroom.{suffix}.golden"]
                self.assertEqual(str(path), f"{folder}/{imported}.mailroom.{suffix}")
                self.assertIn(f'#include "{imported}.', path.read_text())

    def test_no_golden_is_left_over(self):
        there = {path.name for path in pathlib.Path(goldens.FOLDER).glob("*.golden")}
        self.assertEqual(there, set(goldens.made()))


if __name__ == "__main__":
    unittest.main()
