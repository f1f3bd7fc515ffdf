# SPDX-License-Identifier: Apache-2.0
"""The rules of our own rooms: one list of compiler options, one include prefix, little else.

Private headers go into `srcs`. They can be included by the library itself and by the tests of the
same package, written "mailroom/<package>/..." like every other header.
"""

load(":profile.bzl", "profile_copts", "profile_deps")

# One list for g++ and clang. The last two silence false alarms of g++ 12's optimiser.
_WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wno-unknown-warning-option",
    "-Wno-restrict",
    "-Wno-maybe-uninitialized",
]

# The second says that we have read docs/pitfalls/coroutines.md.
STANDARD_COPTS = ["-std=c++20", "-DMAILROOM_GCC_COROUTINES_READ"]

# What --define=mailroom_precompiled says: the headers that sources of each sort get compiled once.
_PRECOMPILED = {
    "library": {"all": "with_protobuf"},
    "test": {
        "all": "with_protobuf_and_gtest",
        "tests": "with_gtest",
    },
}

def _copts():
    # Another compiler's new warning must not stop a build in which we are somebody's external
    # repository.
    at_home = native.repository_name() in ["@", "@@"]
    return STANDARD_COPTS + _WARNINGS + (["-Werror"] if at_home else [])

# Bazel builds the plugin for itself without -fPIC, which the precompiled headers have.
_PLUGIN = "tools/protoc_gen_mailroom"

def _lane_copts(sort):
    if native.package_name() == _PLUGIN:
        return []
    return profile_copts() + select(dict({
        "//tools/bazel:precompiled_" + lanes: [
            "-Winvalid-pch",
            "-include",
            "$(BINDIR)/tools/bazel/%s.h" % header,
        ]
        for lanes, header in _PRECOMPILED[sort].items()
    }, **{"//conditions:default": []}))

def _lane_deps(sort):
    if native.package_name() == _PLUGIN:
        return []
    return profile_deps() + select(dict({
        "//tools/bazel:precompiled_" + lanes: ["//tools/bazel:" + header]
        for lanes, header in _PRECOMPILED[sort].items()
    }, **{"//conditions:default": []}))

def _private_headers(name):
    return name + "_private"

def _check_headers(name, headers, deps, testonly):
    """Compiles each header alone, in a target of its own that only `./dev check` builds."""
    prefix = "mailroom/" + native.package_name()
    sources = ["%s_header_check/%s.cc" % (name, header) for header in headers]
    native.genrule(
        name = name + "_header_check_sources",
        testonly = testonly,
        outs = sources,
        cmd = "\n".join([
            "echo '#include \"%s/%s\"' > $(RULEDIR)/%s" % (prefix, header, source)
            for header, source in zip(headers, sources)
        ]),
        tags = ["header_check"],
    )
    native.cc_library(
        name = name + "_header_check",
        testonly = testonly,
        srcs = sources,
        copts = _copts(),
        tags = ["header_check"],
        deps = [":" + name] + deps,
    )

def room_library(
        name,
        srcs = [],
        hdrs = [],
        deps = [],
        visibility = None,
        testonly = False,
        **kwargs):
    """A library of a room; its headers are included as "mailroom/<package>/<header>".

    Args:
      name: the room's name for its main target.
      srcs: sources, and the headers that only this package may include.
      hdrs: public headers.
      deps: libraries whose headers these files include.
      visibility: a package group of the root BUILD; private to the package if absent.
      testonly: whether only tests may depend on it.
      **kwargs: passed on to cc_library.
    """
    prefix = "mailroom/" + native.package_name()
    private = [src for src in srcs if src.endswith(".h")]
    if private:
        native.cc_library(
            name = _private_headers(name),
            testonly = testonly,
            hdrs = private,
            include_prefix = prefix,
            visibility = ["//visibility:private"],
        )
        deps = deps + [":" + _private_headers(name)]
    native.cc_library(
        name = name,
        testonly = testonly,
        srcs = [src for src in srcs if src not in private],
        hdrs = hdrs,
        copts = _copts() + _lane_copts("library"),
        include_prefix = prefix,
        visibility = visibility,
        deps = deps + _lane_deps("library"),
        **kwargs
    )

    # A source proves its own header: it includes it first. The others are compiled alone.
    unproved = [header for header in hdrs + private if header[:-len(".h")] + ".cc" not in srcs]
    if unproved:
        _check_headers(name, unproved, deps, testonly)

def room_test(name, srcs, deps = [], env = {}, tags = [], size = "small", **kwargs):
    """A GoogleTest program; main comes with it. It may include its package's private headers.

    Args:
      name: the test's file name without its suffix.
      srcs: the test's sources.
      deps: libraries whose headers the test includes.
      env: what its environment holds besides.
      tags: "threads" for a test that starts one; thread_watch.cc compares.
      size: "medium" for a test that takes 45 seconds or more; .bazelrc says why.
      **kwargs: passed on to cc_test.
    """
    private = []
    for dep in deps:
        header_target = _private_headers(dep[1:])
        if dep.startswith(":") and native.existing_rule(header_target):
            private.append(":" + header_target)
    native.cc_test(
        name = name,
        srcs = srcs,
        copts = _copts() + _lane_copts("test"),
        env = dict(env, MAILROOM_TEST_THREADS = "yes" if "threads" in tags else "no"),
        tags = tags,
        size = size,
        deps = deps + private + _lane_deps("test") + [
            "//tools/testing:thread_watch",
            "@debian//:gtest",
        ],
        **kwargs
    )

def room_binary(name, srcs, deps = [], visibility = None, **kwargs):
    """A program of our own: examples, benches, the protoc plugin.

    Args:
      name: the program's name.
      srcs: its sources.
      deps: libraries whose headers the sources include.
      visibility: private to the package if absent.
      **kwargs: passed on to cc_binary.
    """
    native.cc_binary(
        name = name,
        srcs = srcs,
        copts = _copts() + _lane_copts("library"),
        visibility = visibility,
        deps = deps + _lane_deps("library"),
        **kwargs
    )
