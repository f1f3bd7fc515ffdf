# SPDX-License-Identifier: Apache-2.0
"""The rules for users of Mailroom. A BUILD file that loads them needs no compiler flag."""

# Bazel 4's toolchain compiles for C++11 unless told otherwise; the last -std on a command line
# counts.
MAILROOM_COPTS = ["-std=c++20"]

def mailroom_cc_binary(name, copts = [], **kwargs):
    """A cc_binary in C++20.

    Args:
      name: the program's name.
      copts: further compiler options, after ours.
      **kwargs: passed on to cc_binary.
    """
    native.cc_binary(name = name, copts = MAILROOM_COPTS + copts, **kwargs)

def mailroom_cc_test(name, copts = [], **kwargs):
    """A cc_test in C++20.

    Args:
      name: the test's name.
      copts: further compiler options, after ours.
      **kwargs: passed on to cc_test.
    """
    native.cc_test(name = name, copts = MAILROOM_COPTS + copts, **kwargs)
