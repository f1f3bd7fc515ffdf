# SPDX-License-Identifier: Apache-2.0
"""Each rule about lines of code bites, and lets pass what it must."""

import unittest

from tools.check import code_rules as rules
from tools.check.testing import RuleCases

TEST = "io/wake_test.cc"


class TestTimeTest(unittest.TestCase, RuleCases):
    def test_sleeping_is_found(self):
        for text in (
            "std::this_thread::sleep_for(1ms);",
            "usleep(10);",
            "::nanosleep(&t, nullptr);",
            "sleep (1);",
        ):
            self.bites(rules.test_time, TEST, text, line=1)

    def test_clocks_and_chance_are_found(self):
        for text in (
            "auto t = std::chrono::steady_clock::now();",
            "clock_gettime(CLOCK_MONOTONIC, &t);",
            "std::mt19937 r(std::random_device{}());",
            "int n = rand();",
        ):
            self.bites(rules.test_time, TEST, text, line=1)

    def test_a_test_kit_is_a_test(self):
        self.bites(rules.test_time, "server/testing/client.cc", "usleep(10);")

    def test_our_own_words_pass(self):
        text = "co_await call.Sleep(1ms); clock.sleep(); // never sleep_for(1s)"
        self.passes(rules.test_time, TEST, text)

    def test_stress_may_stumble_but_not_look_at_a_clock(self):
        self.passes(rules.test_time, "tests/stress/wake_test.cc", "usleep(10);")
        self.bites(
            rules.test_time, "tests/stress/wake_test.cc", "std::chrono::steady_clock::now();"
        )


class SeamsTest(unittest.TestCase, RuleCases):
    def test_a_clock_a_random_number_or_a_thread_id_is_found(self):
        for text in (
            "std::chrono::system_clock::now()",
            "time(nullptr)",
            "std::random_device seed;",
            "std::this_thread::get_id()",
            "gettid()",
        ):
            self.bites(rules.seams, "server/hall/session.cc", text, line=1)

    def test_base_and_bench_and_a_member_of_that_name_pass(self):
        self.passes(rules.seams, "base/clock.cc", "std::chrono::steady_clock::now()")
        self.passes(rules.seams, "bench/floor.cc", "std::chrono::steady_clock::now()")
        self.passes(rules.seams, "server/hall/session.cc", "call.time(); clock->time();")


class LineRulesTest(unittest.TestCase, RuleCases):
    def test_a_fence_is_found(self):
        self.bites(rules.fences, "actors/claim.h", "std::atomic_thread_fence(order);")
        self.passes(rules.fences, "actors/claim.h", "// no atomic_thread_fence here")

    def test_a_cast_of_a_parcel_is_found(self):
        for text in (
            "auto* mail = static_cast<actors::Envelope*>(parcel.get());",
            "dynamic_cast<const MessageParcel&>(*parcel)",
            "static_cast<Parcel*>(item.pointer)",
        ):
            self.bites(rules.parcel_casts, "services/echo.cc", text, line=1)
        self.passes(rules.parcel_casts, "actors/mailbox.h", "static_cast<Envelope*>(item.pointer)")
        self.passes(rules.parcel_casts, "server/io_actor.cc", "ParcelAs<Envelope>(*parcel)")
        self.passes(rules.parcel_casts, "server/io_actor.cc", "static_cast<int>(x); Envelope* e;")

    def test_a_throw_is_found(self):
        self.bites(rules.exceptions, "io/loop.cc", "throw std::runtime_error(x);")
        self.passes(rules.exceptions, "io/loop.cc", 'Log("never throw this"); throw_count++;')
        self.passes(rules.exceptions, "actors/job_test.cc", "throw 1;")
        self.passes(rules.exceptions, "services/testing/probe_actor.cc", "throw 1;")
        at_cli = "server/config/command_line.cc"
        self.bites(rules.exceptions, at_cli, "throw CLI::Error(name, why);")

    def test_a_skipped_test_is_found(self):
        self.bites(rules.skipped_tests, TEST, "TEST(A, B) { GTEST_SKIP(); }")
        self.bites(rules.skipped_tests, TEST, "TEST(A, DISABLED_B) {}")

    def test_unfinished_work_is_found(self):
        for text in ("// TODO(now): this", "// TODO: this", "int x; // FIXME", "/* TODO(me): x */"):
            self.bites(rules.todos, "io/loop.cc", text, line=1)
        self.bites(rules.todos, "tools/x.py", "x = 1  # TODO(now): this")
        self.bites(rules.todos, "io/BUILD", "# TODO later")

    def test_typed_work_and_strings_pass(self):
        self.passes(rules.todos, "io/loop.cc", "// TODO(perf): one writev for all")
        self.passes(rules.todos, "io/loop.cc", 'Print("TODO: buy milk");')

    def test_code_in_a_comment_is_found(self):
        for text in (
            "// return status;",
            "  // if (x == nullptr) {",
            "// loop_.Run(mode);",
            "// const int x = 4;",
            "// #include <vector>",
            "// count += size;",
            "// Flush();",
        ):
            self.bites(rules.commented_out, "io/loop.cc", text, line=1)

    def test_prose_and_examples_pass(self):
        for text in (
            "// The loop owns it; the worker holds an id;",
            "// If the peer is gone, the reply is stale.",
            "// for each producer, in order",
            "// return values tell the rest (see Status)",
            "//     mailroom::Server server;",
            "int x = 1;  // set once; never read;",
            "}  // namespace mailroom::io",
            "// Notify(), then wait: not lost.",
        ):
            self.passes(rules.commented_out, "io/loop.cc", text)


class WordsTest(unittest.TestCase, RuleCases):
    def test_another_trees_word_is_found_in_names_and_in_prose(self):
        self.bites(rules.words, "io/loop.h", "class EventBase;")
        self.bites(rules.words, "io/loop.h", "int kInbox = 1;")
        self.bites(rules.words, "docs/architecture.md", "The executor runs it.")
        self.bites(rules.words, "proto/x.proto", "// an endpoint")

    def test_words_that_only_look_alike_pass(self):
        self.passes(
            rules.words, "io/loop.h", "Dispatch(); threaped; Engine engine; rpc::Channel c;"
        )


class MachineTest(unittest.TestCase, RuleCases):
    def test_a_path_of_one_machine_is_found(self):
        for path in ("/" + "work/main", "/" + "root/.cache", "/" + "home/ann/x", "/" + "tmp/b9"):
            self.bites(rules.machine_paths, "README.md", f"see {path}/y")

    def test_paths_that_every_machine_has_pass(self):
        for path in ("/usr/include", "$HOME/.cache", "/tmp/mailroomXXXXXX", "a/root/b", "/tmp"):
            self.passes(rules.machine_paths, "README.md", f"see {path}")

    def test_a_registry_is_found(self):
        self.bites(rules.machine_paths, "dev", "curl https://" + "pypi." + "org/x")


if __name__ == "__main__":
    unittest.main()
