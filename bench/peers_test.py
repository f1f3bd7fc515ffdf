# SPDX-License-Identifier: Apache-2.0
"""Tests of bench/peers.py."""

import os
import tempfile
import unittest
from unittest import mock

from bench import peers


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_a_peer_that_is_missing_is_left_out_with_its_package(self):
        with mock.patch("shutil.which", return_value=None):
            command, why = peers.command("nginx", self.folder)
        self.assertIsNone(command)
        self.assertIn("apt-get install nginx-light", why)

    def test_a_name_that_is_none_is_told_with_those_there_are(self):
        with self.assertRaisesRegex(peers.UnknownPeer, "apache.*h2o, nginx"):
            peers.command("apache", self.folder)

    def test_the_configuration_is_written_and_the_port_left_open(self):
        for name in peers.PEERS:
            with mock.patch("shutil.which", return_value="/usr/sbin/" + name):
                command, why = peers.command(name, self.folder)
            self.assertIsNone(why)
            self.assertEqual(command[3], "/usr/sbin/" + name)
            self.assertIn("s/PORT/{port}/", command[2])
            with open(os.path.join(self.folder, name + ".conf.in"), encoding="utf-8") as file:
                text = file.read()
            self.assertIn(peers.ANSWER, text)
            self.assertIn("PORT", text)
            self.assertNotIn("FOLDER", text)


if __name__ == "__main__":
    unittest.main()
