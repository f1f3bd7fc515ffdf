# SPDX-License-Identifier: Apache-2.0
"""Each rule about BUILD files bites, and lets pass what it must."""

import unittest

from tools.check import build_rules as rules
from tools.check.testing import RuleCases


class BuildFilesTest(unittest.TestCase, RuleCases):
    def test_a_glob_is_found(self):
        self.bites(
            rules.build_files, "io/BUILD", 'room_library(name = "io", srcs = glob(["*.cc"]))'
        )

    def test_unsorted_and_doubled_names_are_found(self):
        self.bites(rules.build_files, "io/BUILD", 'x(srcs = ["b.cc", "a.cc"])')
        self.bites(rules.build_files, "io/BUILD", 'x(deps = ["//base", ":io"])')
        self.bites(rules.build_files, "io/BUILD", 'x(deps = ["@debian//:zlib", "//base"])')
        self.bites(rules.build_files, "io/BUILD", 'x(deps = ["//base", "//base"])')

    def test_sorted_names_pass(self):
        text = 'x(srcs = ["a.cc", "a_test.cc"], deps = [":io", "//base", "//base:x", "@d//:z"])'
        self.passes(rules.build_files, "io/BUILD", text)

    def test_the_codec_half_of_rpc_knows_no_http(self):
        text = 'x(\n  name = "{}",\n  deps = [\n    "//base",\n    "{}",\n  ],\n)\n'
        self.bites(rules.codec_wall, "rpc/BUILD", text.format("codec", "//http"), line=5)
        self.bites(rules.codec_wall, "rpc/BUILD", text.format("codec", ":protocol"))
        self.bites(rules.codec_wall, "rpc/BUILD", text.format("codec_seam", ":protocol_seam"))
        self.bites(rules.codec_wall, "rpc/json/BUILD", text.format("json", "//rpc:protocol"))
        self.passes(rules.codec_wall, "rpc/BUILD", text.format("protocol", "//http"))
        self.passes(rules.codec_wall, "rpc/connect/BUILD", text.format("connect", "//http"))
        self.passes(rules.codec_wall, "rpc/BUILD", text.format("codec", "//proto:options_cc_proto"))

    def test_a_public_room_is_found(self):
        text = 'room_library(name = "io", visibility = ["//visibility:public"])'
        self.bites(rules.visibility, "io/BUILD", text)
        self.passes(rules.visibility, "BUILD", text)
        self.passes(rules.visibility, "tools/tsan/BUILD", text)


if __name__ == "__main__":
    unittest.main()
