# SPDX-License-Identifier: Apache-2.0
"""The page about metrics names what /metrics has, and nothing else."""

import http.client
import pathlib
import re
import subprocess
import unittest

BINARY = "examples/mailroomd/mailroomd"


def served():
    process = subprocess.Popen(
        [BINARY, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = None
        while port is None:
            port = re.search(r"admin on http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        connection = http.client.HTTPConnection("127.0.0.1", int(port[1]))
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
    finally:
        process.kill()
        process.communicate()
    return set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))


class MetricsPageTest(unittest.TestCase):
    def test_the_page_is_complete(self):
        page = pathlib.Path("docs/guide/06-metrics.md").read_text()
        named = set(re.findall(r"`((?:grpc_server|mailroom|process)_\w+)(?:\{\w+\})?`", page))
        self.assertEqual(named, served())


if __name__ == "__main__":
    unittest.main()
