# SPDX-License-Identifier: Apache-2.0
"""Python tests, unittest and nothing but the standard library.

Bazel 4's own py_test starts `python`, which Debian no longer has.
"""

# It has loops and workers: a test that starts it is for ThreadSanitizer's lane as well.
_SERVER = "//examples/mailroomd"

def python_test(name, srcs, data = [], tags = [], size = "small", **kwargs):
    """A unittest module whose cases are counted one by one. It imports by path: tools.check.source.

    Args:
      name: the module's file name without its suffix.
      srcs: the module and what it imports of its own package.
      data: what else it imports or reads.
      tags: as in every rule.
      size: "medium" for a test that takes 45 seconds or more; .bazelrc says why.
      **kwargs: passed on to sh_test.
    """
    module = "/".join([native.package_name(), name]).replace("/", ".")
    native.sh_test(
        name = name,
        srcs = ["//tools/dev:python_test.sh"],
        args = [module],
        data = srcs + data + ["//tools/dev:unittest_log.py"],
        size = size,
        tags = tags + (["threads"] if _SERVER in data else []),
        **kwargs
    )
