# SPDX-License-Identifier: Apache-2.0
"""curl, wrk, h2load and Python's clients."""

import http.client
import json
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from tests.integration.running import ECHO, GREET, PATIENCE_SECONDS, Mailroomd

# Set by ./run.
MAILROOMD = None
MIRRORD = None

GREET_LUA = pathlib.Path(__file__).resolve().parents[2] / "bench" / "greet.lua"
TYPE = "content-type: application/json"


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Mailroomd(MAILROOMD)
        cls.addClassCleanup(cls.server.kill)
        cls.url = f"http://127.0.0.1:{cls.server.port}"

    def run_program(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def accepted(self):
        return self.server.metrics()["mailroom_accepted_total"]


class CurlTest(Programs):
    def curl(self, *arguments):
        return self.run_program("curl", "-sS", "--noproxy", "*", *arguments)

    def test_two_calls_on_one_connection(self):
        before = self.accepted()
        url = self.url + GREET
        said = self.curl("-H", TYPE, "-d", '{"name":"curl"}', url, url)
        self.assertEqual(said, '{"message":"Hello, curl"}' * 2)
        self.assertEqual(self.accepted(), before + 1)

    def test_http_1_0(self):
        said = self.curl("-i", "--http1.0", "-H", TYPE, "-d", "{}", self.url + GREET)
        self.assertIn("connection: close", said.lower())
        self.assertTrue(said.endswith("}"), said)

    def test_a_body_of_a_megabyte_waits_for_100_continue(self):
        with tempfile.NamedTemporaryFile("w") as body:
            json.dump({"message": "z" * 1_200_000}, body)
            body.flush()
            said = self.curl("-i", "-H", TYPE, "-H", "Expect: 100-continue",
                             "--data-binary", "@" + body.name, self.url + ECHO)
        self.assertTrue(said.startswith("HTTP/1.1 100 Continue"), said[:200])
        self.assertEqual(len(json.loads(said.splitlines()[-1])["message"]), 1_200_000)

    def test_a_chunked_body(self):
        said = self.curl("-H", TYPE, "-H", "transfer-encoding: chunked", "-d", '{"name":"chunk"}',
                         self.url + GREET)
        self.assertEqual(said, '{"message":"Hello, chunk"}')

    def test_the_index_and_its_head(self):
        page = self.curl(self.url + "/")
        head = self.curl("-I", self.url + "/")
        self.assertIn("mailroom.greet.v1.GreetService/Greet", page)
        self.assertIn(f"content-length: {len(page.encode())}", head.lower())

    def test_an_error(self):
        said = self.curl("-w", "%{http_code}", "-H", TYPE, "-d", "{}", self.url + GREET + "s")
        self.assertTrue(said.endswith("404"), said)
        self.assertIn("did you mean", said)


class LoadTest(Programs):
    def wrk(self, depth):
        said = self.run_program("wrk", "-t1", "-c16", "-d1s", "-s", GREET_LUA, self.url + GREET,
                                "--", str(depth), "application/json", b'{"name":"w"}'.hex())
        self.assertNotIn("Non-2xx", said)
        self.assertRegex(said, r"MEASURED requests=[1-9]\d* .* errors=0\n")

    def test_wrk(self):
        self.wrk(1)

    def test_wrk_pipelines(self):
        self.wrk(16)

    def h2load(self, streams):
        calls = 4000
        with tempfile.NamedTemporaryFile("w") as body:
            body.write('{"name":"h2load"}')
            body.flush()
            said = self.run_program("h2load", "--h1", "-n", str(calls), "-c", "16", "-m",
                                    str(streams), "-H", TYPE, "-d", body.name, self.url + GREET)
        self.assertIn(f"{calls} succeeded, 0 failed, 0 errored, 0 timeout", said)
        self.assertIn(f"status codes: {calls} 2xx", said)

    def test_h2load(self):
        self.h2load(1)

    def test_h2load_pipelines(self):
        self.h2load(16)


class PythonTest(Programs):
    def test_http_client_keeps_its_connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, PATIENCE_SECONDS)
        before = self.accepted()
        for number in range(50):
            connection.request("POST", GREET, json.dumps({"name": str(number)}),
                               {"content-type": "application/json"})
            self.assertEqual(json.load(connection.getresponse()),
                             {"message": f"Hello, {number}"})
        connection.close()
        self.assertEqual(self.accepted(), before + 1)

    def test_http_client_sends_chunks(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, PATIENCE_SECONDS)
        connection.request("POST", GREET, iter([b'{"na', b'me":"it"}']),
                           {"content-type": "application/json"}, encode_chunked=True)
        self.assertEqual(connection.getresponse().read(), b'{"message":"Hello, it"}')
        connection.close()

    def test_urllib_and_an_error(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def post(path, body):
            return opener.open(urllib.request.Request(self.url + path, body.encode(),
                                                      {"content-type": "application/json"}))
        with post(GREET, "{}") as answer:
            self.assertEqual(answer.status, 200)
        with self.assertRaises(urllib.error.HTTPError) as raised:
            post(GREET, "{")
        with raised.exception as error:
            self.assertEqual(error.code, 400)
            self.assertTrue(re.search(rb'"code":"invalid_argument"', error.read()))


del Programs  # no suite of its own
