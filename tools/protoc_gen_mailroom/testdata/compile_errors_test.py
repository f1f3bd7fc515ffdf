# SPDX-License-Identifier: Apache-2.0
"""What compilers say to actors that do not fit their service: one clear error for each mistake."""

import pathlib
import re
import unittest

FOLDER = pathlib.Path("tools/protoc_gen_mailroom/testdata")


def said(name):
    return (FOLDER / f"{name}.txt").read_text()


def errors(text):
    return [line for line in text.splitlines() if re.search(r"\berror:", line)]


class CompileErrorsTest(unittest.TestCase):
    def check_handler(self, method, reason):
        wanted = (
            f"CheckService.{method} wants a public handler "
            f"`Result<Reply> {method}(const Request&, Call&)` or "
            f"`Task<Result<Reply>> {method}(const Request&, Call&)`: {reason}"
        )
        found = [line for line in errors(said("wrong_actor")) if wanted in line]
        self.assertEqual(len(found), 1, said("wrong_actor"))

    def test_a_handler_with_wrong_parameters(self):
        for method in (
            "Missing",
            "Hidden",
            "Protected",
            "RequestByValue",
            "OtherRequest",
            "WithoutCall",
        ):
            with self.subTest(method):
                self.check_handler(method, "it is missing, not public, or takes something else")

    def test_a_handler_with_a_wrong_result(self):
        for method in ("BareReply", "TaskWithoutResult", "OtherReply"):
            with self.subTest(method):
                self.check_handler(method, "it returns something else")

    def test_no_other_error_hides_them(self):
        self.assertEqual(len(errors(said("wrong_actor"))), 9, said("wrong_actor"))

    def test_each_right_way_to_write_a_handler_compiles(self):
        self.assertEqual(errors(said("right_actor")), [])

    def test_an_actor_names_itself(self):
        text = said("wrong_base")
        self.assertRegex(errors(text)[0], r"OtherActor|private|deleted")
        self.assertRegex(text, r"OtherActor")
        self.assertRegex(text, r"OneServiceActor<.*OneActor>")
        self.assertRegex(text, r"private|inaccessible")

    def test_another_version_of_the_generator(self):
        found = errors(said("wrong_version"))
        self.assertEqual(len(found), 1)
        self.assertIn("another version of protoc-gen-mailroom", found[0])


if __name__ == "__main__":
    unittest.main()
