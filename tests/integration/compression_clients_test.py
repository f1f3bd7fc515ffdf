# SPDX-License-Identifier: Apache-2.0
"""Compression with other people's clients: Python's gzip, and curl --compressed."""

import gzip
import http.client
import json
import subprocess
import unittest
import zlib

from tests.integration.mailroomd_test import BINARY, ECHO, JSON, Server
from tests.integration.running import is_sanitized

MIB = 1024 * 1024


def echo(server, body, **headers):
    """Status, headers and body, as they came."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", ECHO, body, {**JSON, **named})
    answer = connection.getresponse()
    reply = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    connection.close()
    return reply


def peak_bytes(process):
    """The most memory that the process has held so far."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def bomb(size):
    """That many zero bytes in about a thousandth."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = [packer.compress(bytes(MIB)) for _ in range(size // MIB)]
    return b"".join(packed) + packer.flush()


class CompressionClientsTest(unittest.TestCase):
    def test_python_both_ways(self):
        text = json.dumps({"message": "".join(str(n) for n in range(20000))}).encode()
        for workers in ("0", "2"):
            with Server("--workers", workers) as server:
                for level in (0, 1, 6, 9):
                    status, headers, body = echo(
                        server,
                        gzip.compress(text, level),
                        content_encoding="gzip",
                        accept_encoding="gzip",
                    )
                    self.assertEqual(status, 200, body)
                    self.assertEqual(headers["content-encoding"], "gzip")
                    self.assertLess(len(body), len(text))
                    self.assertEqual(json.loads(gzip.decompress(body)), json.loads(text))

    def test_several_members_of_different_writers_are_one_message(self):
        with Server() as server:
            named = subprocess.run(
                ["gzip", "--stdout"], input=b'{"message":', capture_output=True, check=True
            ).stdout
            body = named + gzip.compress(b'"a"') + gzip.compress(b"}")
            status, _, reply = echo(server, body, content_encoding="gzip", accept_encoding="")
            self.assertEqual((status, reply), (200, b'{"message":"a"}'))

    def test_curl_compressed(self):
        message = json.dumps({"message": "x" * 5000})
        with Server() as server:
            url = f"http://127.0.0.1:{server.port}{ECHO}"
            asked = ["-s", "--noproxy", "*", "-H", "content-type: application/json", "-d", message]
            for extra, encoding in ((["--compressed"], "gzip"), ([], "")):
                out = subprocess.run(
                    ["curl", *asked, *extra, "-w", "\n%header{content-encoding}", url],
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout
                reply, seen = out.rsplit("\n", 1)
                self.assertEqual(json.loads(reply), json.loads(message))
                self.assertEqual(seen, encoding)

    def test_a_gigabyte_of_zeros_in_a_megabyte_is_refused_in_little_memory(self):
        packed = bomb(1024 * MIB)
        self.assertLess(len(packed), 1.1 * MIB)
        for workers in ("0", "2"):
            with Server("--workers", workers) as server:
                echo(server, gzip.compress(b"{}"), content_encoding="gzip")
                before = peak_bytes(server.process)
                for _ in range(5):
                    status, _, body = echo(server, packed, content_encoding="gzip")
                    self.assertEqual(status, 429)
                    error = json.loads(body)
                    self.assertEqual(error["code"], "resource_exhausted")
                    self.assertIn("--max-message-bytes", error["message"])
                # The megabyte that came, four that came out of it, their growing; a
                # sanitizer keeps those of each call, but no gigabyte.
                bound = (256 if is_sanitized(BINARY) else 24) * MIB
                self.assertLess(peak_bytes(server.process) - before, bound)
                self.assertEqual(echo(server, b'{"message":"a"}')[0], 200)

    def test_rows_of_accept_encoding(self):
        body = json.dumps({"message": "x" * 2000})
        with Server() as server:
            for accept, encoding in (
                ("gzip", "gzip"),
                ("gzip, deflate, br, zstd", "gzip"),
                ("*", "gzip"),
                ("br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip"),
                ("gzip;q=0", None),
                ("gzip;q=0, *", None),
                ("identity", None),
                ("identity, gzip;q=0.5", None),
                ("gzip;q=nonsense", None),
                ("br", None),
                ("*;q=0", None),
                ("identity;q=0, gzip;q=0.1", "gzip"),
            ):
                status, headers, reply = echo(server, body, accept_encoding=accept)
                self.assertEqual(status, 200)
                self.assertEqual(headers.get("content-encoding"), encoding, accept)
                if encoding:
                    reply = gzip.decompress(reply)
                self.assertEqual(json.loads(reply), json.loads(body), accept)


if __name__ == "__main__":
    unittest.main()
