# SPDX-License-Identifier: Apache-2.0
"""One macro for what a fuzz target is built as: a fuzzer, and a test that needs none."""

load("//tools/bazel:rooms.bzl", "room_binary", "room_test")

def corpora():
    """Every kept input of every target."""
    return native.glob(["corpus/*/*"])

def fuzz_target(name, deps):
    """A target in <name>.cc, the inputs that are kept for it in corpus/<name>/.

    Makes <name>_fuzz, which only `./dev fuzz` builds (it gets the words of <name>.dict, if there is
    one), and <name>_test, which runs every kept input in every lane. The inputs are found and not
    named one by one: a finding that is dropped into the folder is run from then on.

    Args:
      name: the source's name without its suffix.
      deps: libraries whose headers the source includes.
    """
    room_binary(
        name = name + "_fuzz",
        testonly = True,
        srcs = [name + ".cc"],
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = deps + [":fuzz"],
    )
    room_test(
        name = name + "_test",
        srcs = [name + ".cc"],
        data = native.glob(["corpus/%s/*" % name]),
        env = {"MAILROOM_CORPUS": "%s/corpus/%s" % (native.package_name(), name)},
        deps = deps + [
            ":fuzz",
            ":replay",
        ],
    )
