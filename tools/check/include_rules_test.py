# SPDX-License-Identifier: Apache-2.0
"""Each include rule bites, and lets pass what it must."""

import unittest

from tools.check import include_rules as rules
from tools.check.testing import RuleCases


class OsHeadersTest(unittest.TestCase, RuleCases):
    def test_a_socket_header_outside_io_is_found(self):
        text = "#include <vector>\n#include <sys/socket.h>\n"
        self.bites(rules.os_headers, "http/http1_engine.cc", text, line=2)

    def test_an_indented_include_is_found(self):
        self.bites(rules.os_headers, "server/hall/drain.cc", "  #  include <unistd.h>\n")

    def test_io_threads_tests_and_programs_may(self):
        for path in (
            "io/socket.cc",
            "base/log_output.cc",
            "base/thread.cc",
            "bench/floor.cc",
            "http/parser_test.cc",
            "http/testing/guarded_bytes.cc",
        ):
            self.passes(rules.os_headers, path, "#include <unistd.h>\n")

    def test_the_standard_library_is_no_os_header(self):
        self.passes(rules.os_headers, "http/headers.h", "#include <csignal>\n#include <string.h>\n")

    def test_a_commented_include_is_no_include(self):
        self.passes(rules.os_headers, "http/headers.h", "// #include <unistd.h>\n")


class LibraryHeadersTest(unittest.TestCase, RuleCases):
    HOMES = {
        "<boost/beast/http.hpp>": "http/http1_parser.cc",
        "<concurrentqueue.h>": "base/mpsc_queue.cc",
        "<spdlog/spdlog.h>": "base/log.cc",
        "<fmt/format.h>": "base/log.cc",
        "<prometheus/registry.h>": "server/ops/metrics.cc",
        "<CLI/CLI.hpp>": "server/config/command_line.cc",
        "<toml++/toml.h>": "server/config/config_file.cc",
        "<nghttp2/nghttp2.h>": "http/http2_engine.cc",
        "<openssl/ssl.h>": "io/tls.cc",
        "<zlib.h>": "rpc/gzip.cc",
        "<google/protobuf/compiler/plugin.h>": "tools/protoc_gen_mailroom/main.cc",
        "<google/protobuf/message.h>": "services/service_actor.h",
    }

    def test_each_library_is_known_to_its_file_and_to_no_other(self):
        for written, home in self.HOMES.items():
            with self.subTest(written):
                self.passes(rules.library_headers, home, f"#include {written}\n")
                self.bites(rules.library_headers, "actors/mailbox.cc", f"#include {written}\n")

    def test_no_public_header_may(self):
        for written in list(self.HOMES)[:9]:
            with self.subTest(written):
                header = self.HOMES[written].replace(".cc", ".h")
                self.bites(rules.library_headers, header, f"#include {written}\n")

    def test_quotes_hide_nothing(self):
        self.bites(rules.library_headers, "io/loop.cc", '#include "spdlog/spdlog.h"\n')

    def test_tests_and_benches_may(self):
        self.passes(rules.library_headers, "rpc/compression_test.cc", "#include <zlib.h>\n")
        self.passes(rules.library_headers, "bench/micro.cc", "#include <benchmark/benchmark.h>\n")

    def test_googletest_stays_in_tests(self):
        self.bites(rules.library_headers, "server/server.cc", "#include <gtest/gtest.h>\n")


class RoomOrderTest(unittest.TestCase, RuleCases):
    def test_upwards_is_found(self):
        self.bites(rules.room_order, "base/log.cc", '#include "mailroom/io/loop.h"\n')
        self.bites(rules.room_order, "io/loop.cc", '#include "mailroom/server/hall/session.h"\n')

    def test_sideways_is_found(self):
        self.bites(rules.room_order, "http/http1_engine.cc", '#include "mailroom/io/loop.h"\n')
        self.bites(rules.room_order, "actors/mailbox.h", '#include "mailroom/http/engine.h"\n')
        self.bites(rules.room_order, "server/server.cc", '#include "mailroom/services/echo.h"\n')

    def test_upwards_inside_a_room_is_found(self):
        hall = '#include "mailroom/server/hall/hall.h"\n'
        self.bites(rules.room_order, "server/ops/metrics.cc", hall)
        self.bites(rules.room_order, "server/ops/metrics_test.cc", hall)
        self.bites(rules.room_order, "server/config/flags.cc", hall)
        face = '#include "mailroom/server/server.h"\n'
        self.bites(rules.room_order, "server/hall/io_actor.cc", face)
        self.bites(rules.room_order, "server/hall/testing/probed_loop.h", face)
        connect = '#include "mailroom/rpc/connect/connect_unary.h"\n'
        for path in ("rpc/protocol.cc", "rpc/codec.h", "rpc/json/json_codec.cc"):
            self.bites(rules.room_order, path, connect)
        self.bites(rules.room_order, "rpc/grpc/grpc.cc", connect)

    def test_a_room_inside_a_room_sees_less_than_the_whole(self):
        self.bites(rules.room_order, "server/config/flags.h", '#include "mailroom/rpc/codec.h"\n')
        self.bites(
            rules.room_order, "rpc/json/json_codec.cc", '#include "mailroom/http/headers.h"\n'
        )

    def test_downwards_inside_a_room_passes(self):
        text = (
            '#include "mailroom/server/config/options.h"\n'
            '#include "mailroom/server/ops/counters.h"\n'
        )
        self.passes(rules.room_order, "server/hall/hall.h", text)
        self.passes(rules.room_order, "server/server.cc", text)
        self.passes(rules.room_order, "server/testing/in_memory_server.cc", text)
        connect = '#include "mailroom/rpc/connect/connect_unary.h"\n'
        self.passes(rules.room_order, "rpc/protocols.cc", connect)

    def test_generated_code_counts_as_proto(self):
        written = '#include "mailroom/echo/v1/echo.pb.h"\n'
        self.bites(rules.room_order, "actors/job.cc", written)
        self.passes(rules.room_order, "services/echo.cc", written)

    def test_downwards_and_home_pass(self):
        text = '#include "mailroom/io/loop.h"\n#include "mailroom/server/hall/session.h"\n'
        self.passes(rules.room_order, "server/hall/io_actor.cc", text)

    def test_what_crosses_rooms_sees_all(self):
        text = '#include "mailroom/server/server.h"\n#include "mailroom/services/bank.h"\n'
        self.passes(rules.room_order, "tests/integration/bank_test.cc", text)


class ThreadHeadersTest(unittest.TestCase, RuleCases):
    def test_http_and_rpc_have_no_threads(self):
        self.bites(rules.thread_headers, "http/headers.cc", "#include <mutex>\n")
        self.bites(rules.thread_headers, "rpc/codec.h", "#include <thread>\n")
        self.passes(rules.thread_headers, "actors/worker.cc", "#include <thread>\n")


class HeaderShapeTest(unittest.TestCase, RuleCases):
    def test_our_headers_are_written_from_the_root(self):
        self.bites(rules.include_paths, "io/loop.cc", '#include "loop.h"\n')
        self.bites(rules.include_paths, "io/loop.cc", "#include <mailroom/io/loop.h>\n")
        self.passes(rules.include_paths, "io/loop.cc", '#include "mailroom/io/loop.h"\n')
        self.passes(rules.include_paths, "tests/app.cc", '#include "app/u.pb.h"\n')
        self.passes(rules.include_paths, "examples/01_hello/main.cc", '#include "actor.h"\n')
        self.passes(rules.include_paths, "docs/guide.md", '#include "actor.h"\n')

    def test_a_library_stands_in_angle_brackets(self):
        self.bites(rules.include_paths, "io/loop_test.cc", '#include "gtest/gtest.h"\n')

    def test_the_own_header_comes_first(self):
        rule = rules.make_own_header_first({"io/loop.h"})
        self.bites(rule, "io/loop.cc", '#include <vector>\n#include "mailroom/io/loop.h"\n')
        self.bites(rule, "io/loop.cc", "int x;\n")
        self.passes(rule, "io/loop.cc", '#include "mailroom/io/loop.h"\n#include <vector>\n')
        self.passes(rule, "io/epoll_poller.cc", "#include <vector>\n")

    def test_a_header_guards_itself(self):
        self.bites(rules.pragma_once, "io/loop.h", "int x;\n")
        self.bites(rules.pragma_once, "io/loop.h", "// #pragma once\n")
        self.passes(rules.pragma_once, "io/loop.h", "// licence\n#pragma once\n")


if __name__ == "__main__":
    unittest.main()
