# SPDX-License-Identifier: Apache-2.0
"""The binary itself: what it prints, how it ends, what it says about bad flags."""

import http.client
import json
import re
import signal
import subprocess
import threading
import unittest

BINARY = "examples/mailroomd/mailroomd"
GREET = "/mailroom.greet.v1.GreetService/Greet"
ECHO = "/mailroom.echo.v1.EchoService/Echo"
JSON = {"content-type": "application/json"}


def run(*flags):
    return subprocess.run([BINARY, *flags], capture_output=True, text=True, check=False)


class Server:
    """A running mailroomd on free ports."""

    def __init__(self, *flags):
        self.process = subprocess.Popen(
            [BINARY, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.banner = ""
        while "try: " not in self.banner:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(self.process.communicate()[1])
            self.banner += line
        self.port = int(re.search(r"listening on http://127\.0\.0\.1:(\d+)", self.banner)[1])
        self.admin_port = int(re.search(r"admin on http://127\.0\.0\.1:(\d+)", self.banner)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def call(self, path, body, headers=None):
        return request(self.port, "POST", path, body, headers or JSON)

    def admin(self, path):
        return request(self.admin_port, "GET", path)

    def end(self, number):
        """Sends the signal; the exit code and what stands on stderr."""
        self.process.send_signal(number)
        errors = self.process.communicate()[1]
        return self.process.returncode, errors


def request(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


class MailroomdTest(unittest.TestCase):
    def test_prints_addresses_services_threads_and_a_line_that_works(self):
        with Server("--workers", "2") as server:
            self.assertIn("2 workers", server.banner)
            self.assertIn("mailroom.bank.v1.BankService", server.banner)
            line = re.search(r"try: curl -H '([^']+)' -d '([^']+)' (\S+)", server.banner)
            kind = line[1].split(": ")[1]
            path = "/" + line[3].split("/", 3)[3]
            status, body = server.call(path, line[2], {"content-type": kind})
            self.assertEqual(status, 200, body)

    def test_json_binary_and_an_error(self):
        with Server() as server:
            self.assertEqual(
                server.call(GREET, '{"name": "world"}'), (200, b'{"message":"Hello, world"}')
            )
            binary = {"content-type": "application/proto"}
            self.assertEqual(
                server.call(GREET, b"\x0a\x05world", binary), (200, b"\x0a\x0cHello, world")
            )
            status, body = server.call(
                "/mailroom.bank.v1.BankService/GetBalance", '{"accountId": "nobody"}'
            )
            self.assertEqual(status, 404)
            self.assertIn(b'"code":"not_found"', body)

    def test_interrupt_and_terminate_exit_with_zero(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with Server() as server:
                self.assertEqual(server.end(number)[0], 0)

    def test_a_call_that_runs_is_finished_and_readyz_says_503_meanwhile(self):
        with Server("--drain-delay", "1s") as server:
            self.assertEqual(server.admin("/readyz")[0], 200)
            answers = []
            caller = threading.Thread(
                target=lambda: answers.append(
                    server.call(ECHO, '{"message": "last", "delayMs": 1500}')
                )
            )
            caller.start()
            while b"mailroom_dispatched_total 1" not in server.admin("/metrics")[1]:
                pass
            server.process.send_signal(signal.SIGTERM)
            while server.admin("/readyz")[0] != 503:
                pass
            self.assertEqual(server.admin("/livez")[0], 200)
            # In the delay everything is served.
            self.assertEqual(server.call(GREET, "{}")[0], 200)
            caller.join()
            self.assertEqual(answers, [(200, b'{"message":"last"}')])
            server.process.communicate()
            self.assertEqual(server.process.returncode, 0)

    def test_a_second_signal_exits_at_once(self):
        with Server("--drain-delay", "1h") as server:
            server.process.send_signal(signal.SIGTERM)
            while server.admin("/readyz")[0] != 503:
                pass
            self.assertEqual(server.end(signal.SIGTERM)[0], 128 + signal.SIGTERM)

    def test_an_unknown_flag_names_the_nearest(self):
        ended = run("--worker", "3")
        self.assertEqual(ended.returncode, 2)
        self.assertIn("did you mean --workers?", ended.stderr)

    def test_a_bad_value_is_told(self):
        ended = run("--idle-timeout", "soon")
        self.assertEqual(ended.returncode, 2)
        self.assertIn("500ms, 5s, 2m or 1h", ended.stderr)

    def test_an_address_in_use_is_told(self):
        with Server() as server:
            ended = run("--listen", f"127.0.0.1:{server.port}", "--admin-listen", "")
            self.assertEqual(ended.returncode, 1)
            self.assertIn(f"127.0.0.1:{server.port}", ended.stderr)
            self.assertIn("in use", ended.stderr)

    def test_several_loops_share_a_port_and_end_together(self):
        with Server("--io-threads", "3", "--workers", "0") as server:
            self.assertIn("3 loops, 0 workers", server.banner)
            for number in range(30):
                reply = server.call(GREET, json.dumps({"name": str(number)}))
                self.assertEqual(reply[0], 200)
            text = server.admin("/metrics")[1].decode()
            self.assertIn("mailroom_accepted_total 30", text)
            self.assertEqual(server.end(signal.SIGTERM)[0], 0)

    def test_an_address_that_is_none_is_told(self):
        ended = run("--listen", "example.com:80", "--admin-listen", "")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("example.com", ended.stderr)

    def test_metrics_have_every_method_and_code_from_the_start(self):
        with Server() as server:
            text = server.admin("/metrics")[1].decode()
            self.assertRegex(
                text,
                r'grpc_server_handled_total\{[^}]*grpc_method="Transfer"[^}]*'
                r'grpc_code="FailedPrecondition"[^}]*\} 0',
            )

    def test_the_access_log_has_one_line_a_call(self):
        with Server("--access-log", "--log-format", "json") as server:
            server.call(GREET, "{}")
            errors = server.end(signal.SIGTERM)[1]
            lines = [json.loads(line) for line in errors.splitlines()]
            calls = [line for line in lines if line["message"] == "access"]
            self.assertEqual([call["method"] for call in calls], [GREET], errors)
            self.assertEqual((calls[0]["code"], calls[0]["status"]), ("ok", 200))
            self.assertGreaterEqual(calls[0]["duration_s"], calls[0]["queue_s"])


if __name__ == "__main__":
    unittest.main()
