# SPDX-License-Identifier: Apache-2.0
"""Node's http client, and connect-node's Connect client, which npm fetches."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tests.clients import programs
from tests.integration.running import PATIENCE_SECONDS, Mailroomd

FOLDER = pathlib.Path(__file__).resolve().parent


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done.stdout


def registry_answers():
    ping = subprocess.run(["npm", "ping", "--loglevel=error"], capture_output=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS)
    return ping.returncode == 0


def with_cases(*names):
    """A test for each of the script's checks, whose outcome stands in `results`."""
    def add(suite):
        for name in names:
            def case(self, name=name):
                self.assertEqual(self.results.get(name), "ok")
            setattr(suite, f"test_{name}", case)

        def nothing_is_forgotten(self):
            self.assertEqual(set(self.results), set(names))
        suite.test_nothing_is_forgotten = nothing_is_forgotten
        return suite
    return add


@with_cases("keep_alive", "many_at_once", "a_body_in_chunks", "a_large_body_after_100_continue",
            "connection_close", "an_error")
class NodeHttpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with Mailroomd(programs.MAILROOMD) as server:
            url = f"http://127.0.0.1:{server.port}"
            cls.results = json.loads(run(["node", FOLDER / "node_http.mjs", url], FOLDER))


@with_cases("json", "binary", "json_error_with_details", "binary_error_with_details", "metadata",
            "deadline_that_is_met", "deadline_that_passes", "cancelled_by_the_caller",
            "an_unknown_method", "many_at_once_and_large_ones", "gzip_both_ways")
class ConnectNodeTest(unittest.TestCase):
    """The client is fetched into a temporary folder, and its code generated there."""

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="mailroom-clients-"))
        cls.addClassCleanup(shutil.rmtree, folder)
        for name in ("package.json", "connect_client.mjs"):
            shutil.copy(FOLDER / name, folder)
        try:
            run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
                 "--loglevel=error"], folder)
        except AssertionError as error:
            raise AssertionError("npm could not fetch connect-node. Without a registry in reach, "
                                 "say --without-npm: these cases are left out, and the last "
                                 f"lines say so. {error}") from None
        (folder / "generated").mkdir()
        proto = FOLDER.parents[1] / "proto"
        run(["protoc", f"--plugin={folder}/node_modules/.bin/protoc-gen-es",
             f"--es_out={folder}/generated", "--es_opt=target=js,import_extension=js", f"-I{proto}",
             f"-I{FOLDER}", FOLDER / "mirror.proto", proto / "mailroom/v1/options.proto"], folder)
        with Mailroomd(programs.MIRRORD) as server:
            url = f"http://127.0.0.1:{server.port}"
            cls.results = json.loads(run(["node", "connect_client.mjs", url], folder))
