# SPDX-License-Identifier: Apache-2.0
"""Tests of bench/heads.py."""

import re
import unittest

from bench import heads

REQUEST = b"POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\n\r\n"


class HeadsTest(unittest.TestCase):
    def made(self, kind, count):
        return list(heads.filled(heads.template(REQUEST, kind), count))

    def test_a_head_that_repeats_is_the_request_itself(self):
        self.assertEqual(self.made("repeat", 3), [REQUEST] * 3)

    def test_fields_go_behind_those_of_the_request_and_the_body_stays(self):
        head, _, body = self.made("differ", 1)[0].partition(b"\r\n\r\n")
        self.assertEqual(body, b"\r\n")
        lines = head.split(b"\r\n")
        self.assertEqual(lines[:3], [b"POST /a HTTP/1.1", b"Host: b", b"Content-Length: 2"])
        self.assertRegex(lines[3], rb"^traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01$")
        self.assertRegex(lines[4], rb"^x-request-id: [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertRegex(lines[5], rb"^connect-timeout-ms: [1-9][0-9]{3}$")
        self.assertEqual(len(lines), 6)

    def test_no_two_heads_are_the_same_and_all_have_one_length(self):
        for kind in set(heads.KINDS) - {"repeat"}:
            made = self.made(kind, 1000)
            self.assertEqual(len(set(made)), 1000)
            self.assertEqual(len({len(request) for request in made}), 1)

    def test_the_timeout_counts_down_and_begins_again(self):
        found = [int(re.search(rb"timeout-ms: (\d+)", request)[1])
                 for request in self.made("differ", 9002)]
        self.assertEqual((found[0], found[1], found[8999]), (9999, 9998, 1000))
        self.assertEqual(found[9000:], [9999, 9998])


if __name__ == "__main__":
    unittest.main()
