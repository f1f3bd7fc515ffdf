# SPDX-License-Identifier: Apache-2.0
"""HAProxy and nginx in front of two servers: keep-alive, and a drain that no caller notices."""

import contextlib
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from tests.clients import programs
from tests.integration.running import GREET, JSON, PATIENCE_SECONDS, Mailroomd, await_so

CALLERS = 8
CALLS = 2000
ANSWER = (200, b'{"message":"Hello, you"}')

HAPROXY = """
global
  maxconn 1000
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  timeout check 20s
  option httpchk GET /readyz
  default-server check inter 200ms fall 2 rise 1
frontend all
  bind 127.0.0.1:{port}
  default_backend mailroom
backend mailroom
  balance roundrobin
  server one 127.0.0.1:{one} port {one_admin}
  server two 127.0.0.1:{two} port {two_admin}
"""

# Greet has no side effects, so a call that a closing server has not answered may go to the next.
NGINX = """
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/errors;
events {{ worker_connections 1000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream mailroom {{
    server 127.0.0.1:{one};
    server 127.0.0.1:{two};
    {keepalive}
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://mailroom;
      {upstream_http}
      proxy_next_upstream error timeout http_503 non_idempotent;
    }}
  }}
}}
"""
KEEPS = {"keepalive": "keepalive 16;",
         "upstream_http": 'proxy_http_version 1.1; proxy_set_header Connection "";'}
CLOSES = {"keepalive": "", "upstream_http": ""}  # HTTP/1.0 and Connection: close


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Callers:
    """Call through the proxy again and again, each on a connection that is kept."""

    def __init__(self, port, until):
        self.answers = []  # appending is atomic
        self.until = until
        self.threads = [threading.Thread(target=self.call, args=(port,)) for _ in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def call(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, PATIENCE_SECONDS)
        while not self.until(len(self.answers)):
            try:
                connection.request("POST", GREET, '{"name":"you"}', JSON)
                answer = connection.getresponse()
                self.answers.append((answer.status, answer.read()))
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self.answers.append(error)
        connection.close()

    def join(self):
        for thread in self.threads:
            thread.join()
        return {answer for answer in self.answers if answer != ANSWER}


class Proxied(unittest.TestCase):
    """Two servers; each case starts its proxy before them."""

    drain_delay = "0s"

    def setUp(self):
        flags = ("--drain-delay", self.drain_delay, "--log-level", "warning")
        self.servers = [self.enterContext(Mailroomd(programs.MAILROOMD, *flags)) for _ in range(2)]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailroom-proxy-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self, program, config, *arguments, **values):
        one, two = self.servers
        port = free_port()
        text = config.format(port=port, folder=self.folder, one=one.port, two=two.port,
                             one_admin=one.admin_port, two_admin=two.admin_port,
                             user="user root;" if os.geteuid() == 0 else "", **values)
        path = self.folder / "config"
        path.write_text(text)
        # Debian puts daemons where a user's PATH may not look.
        found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")
        self.assertIsNotNone(found, f"{program} is not installed")
        log = (self.folder / "log").open("w+")
        self.addCleanup(log.close)
        proxy = subprocess.Popen([found, *arguments, path], stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=log)
        self.addCleanup(proxy.wait)
        self.addCleanup(proxy.terminate)

        def said():
            log.seek(0)
            return f"{program} serves: {log.read()}"
        await_so(lambda: accepts(port) or proxy.poll() is not None, said)
        self.assertIsNone(proxy.poll(), said())
        return port

    def handled(self, server):
        return server.metrics()["mailroom_dispatched_total"]

    def accepted(self):
        return sum(server.metrics()["mailroom_accepted_total"] for server in self.servers)

    def check_keep_alive(self, port):
        before = self.accepted()
        wrong = Callers(port, lambda calls: calls >= CALLS).join()
        self.assertEqual(wrong, set())
        for server in self.servers:
            self.assertGreaterEqual(self.handled(server), CALLS / 4)
        # Far fewer connections than calls.
        self.assertLess(self.accepted() - before, CALLS / 10)

    def check_drain(self, port):
        """One of two is told to end under load: it does, and nobody who calls can tell."""
        leaving, staying = self.servers
        ended = threading.Event()
        callers = Callers(port, lambda _: ended.is_set())
        try:
            await_so(lambda: self.handled(leaving) > 100 and self.handled(staying) > 100,
                     lambda: "both are called")
            self.assertEqual(leaving.stop(), 0)
            after = self.handled(staying)
            await_so(lambda: self.handled(staying) > after + 200, lambda: "the other goes on")
        finally:
            ended.set()
            wrong = callers.join()
        self.assertEqual(wrong, set())


class HaproxyTest(Proxied):
    drain_delay = "4s"  # time for two checks, on a machine however busy

    def haproxy(self):
        return self.start("haproxy", HAPROXY, "-db", "-f")

    def test_many_calls_over_few_connections(self):
        self.check_keep_alive(self.haproxy())

    def test_a_server_drains_under_load(self):
        self.check_drain(self.haproxy())


class NginxTest(Proxied):
    """Looks at no /readyz: what the draining server turns away goes to the other one."""

    def nginx(self, values):
        return self.start("nginx", NGINX, "-e", self.folder / "errors", "-p", self.folder, "-c",
                          **values)

    def test_many_calls_over_few_connections(self):
        self.check_keep_alive(self.nginx(KEEPS))

    def test_a_server_drains_under_load(self):
        self.check_drain(self.nginx(KEEPS))

    def test_a_connection_for_each_call(self):
        port = self.nginx(CLOSES)
        before = self.accepted()
        wrong = Callers(port, lambda calls: calls >= CALLS // 4).join()
        self.assertEqual(wrong, set())
        self.assertGreaterEqual(self.accepted() - before, CALLS // 4)

    def test_a_server_drains_under_load_with_a_connection_for_each_call(self):
        self.check_drain(self.nginx(CLOSES))


del Proxied  # no suite of its own
