# SPDX-License-Identifier: Apache-2.0
"""The binary itself: what it prints, how it ends, what it says about bad flags."""

import http.client
import json
import os
import re
import signal
import socket
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


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the Unix socket at `path`."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def request(port, method, path, body=None, headers=None):
    return ask(http.client.HTTPConnection("127.0.0.1", port), method, path, body, headers)


def request_at(socket_path, method, path, body=None, headers=None):
    return ask(UnixConnection(socket_path), method, path, body, headers)


def ask(connection, method, path, body, headers):
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
            self.assertIn("cannot start: unavailable: --listen: ", ended.stderr)
            self.assertIn("in use; end the program that has it", ended.stderr)
            admin = f"127.0.0.1:{server.admin_port}"
            ended = run("--listen", "127.0.0.1:0", "--admin-listen", admin)
            self.assertEqual(ended.returncode, 1)
            self.assertIn("cannot start: unavailable: --admin-listen: ", ended.stderr)

    def test_several_loops_share_a_port_and_end_together(self):
        with Server("--io-threads", "3", "--workers", "0") as server:
            self.assertIn("3 loops, 0 workers", server.banner)
            for number in range(30):
                reply = server.call(GREET, json.dumps({"name": str(number)}))
                self.assertEqual(reply[0], 200)
            text = server.admin("/metrics")[1].decode()
            self.assertIn("mailroom_accepted_total 30", text)
            self.assertEqual(server.end(signal.SIGTERM)[0], 0)

    def test_a_unix_socket_is_served_as_the_banner_says_and_goes_with_the_server(self):
        for loops in ("1", "3"):
            path = "mailroomd_test.sock"
            with Server("--listen", f"unix:{path}", "--io-threads", loops) as server:
                self.assertIn(f"listening on unix:{path}\n", server.banner)
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o660)
                called = subprocess.run(
                    ["curl", "-sS", "--unix-socket", path, "-d", '{"name": "file"}']
                    + ["-H", "content-type: application/json", f"http://localhost{GREET}"],
                    capture_output=True,
                    text=True,
                    check=True,
                )
                self.assertEqual(called.stdout, '{"message":"Hello, file"}')
                # A second server on the same file is refused, and the first one goes on.
                second = run("--listen", f"unix:{path}", "--admin-listen", "")
                self.assertEqual(second.returncode, 1)
                self.assertIn("somebody listens there", second.stderr)
                self.assertEqual(request_at(path, "POST", GREET, "{}", JSON)[0], 200)
                self.assertEqual(server.end(signal.SIGTERM)[0], 0)
            self.assertFalse(os.path.exists(path))

    def test_the_file_of_a_killed_server_is_replaced(self):
        path = "mailroomd_killed.sock"
        for _ in range(2):
            with Server("--listen", f"unix:{path}") as server:
                self.assertEqual(request_at(path, "POST", GREET, "{}", JSON)[0], 200)
                server.end(signal.SIGKILL)
            self.assertTrue(os.path.exists(path))
        os.unlink(path)

    def test_the_line_to_try_works_on_a_unix_socket_too(self):
        path = "mailroomd_try.sock"
        flags = ["--listen", f"unix:{path}", "--admin-listen", "unix:mailroomd_admin.sock"]
        process = subprocess.Popen(
            [BINARY, *flags, "--unix-mode", "0600"], stdout=subprocess.PIPE, text=True
        )
        try:
            line = ""
            while not line.startswith("try: "):
                line = process.stdout.readline()
            called = subprocess.run(
                line.removeprefix("try: "), shell=True, capture_output=True, text=True, check=True
            )
            self.assertIn("Hello, Ada", called.stdout)
            self.assertEqual(request_at("mailroomd_admin.sock", "GET", "/readyz")[0], 200)
            self.assertEqual(os.stat("mailroomd_admin.sock").st_mode & 0o777, 0o600)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()
        self.assertEqual(process.returncode, 0)
        self.assertFalse(os.path.exists("mailroomd_admin.sock"))

    def test_a_socket_that_is_handed_over_is_served(self):
        with socket.create_server(("127.0.0.1", 0)) as opened:
            port = opened.getsockname()[1]
            process = subprocess.Popen(
                [BINARY, "--listen", f"fd:{opened.fileno()}", "--admin-listen", ""],
                stdout=subprocess.PIPE,
                pass_fds=[opened.fileno()],
                text=True,
            )
        try:
            self.assertIn(f"http://127.0.0.1:{port}", process.stdout.readline())
            self.assertEqual(request(port, "POST", GREET, "{}", JSON)[0], 200)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()
        self.assertEqual(process.returncode, 0)

    def test_an_address_that_is_none_is_told(self):
        ended = run("--listen", "example.com:80", "--admin-listen", "")
        self.assertEqual(ended.returncode, 2)
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
