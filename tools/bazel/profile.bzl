# SPDX-License-Identifier: Apache-2.0
"""The profile of the release, for a user's own release build (docs/design/0012).

A workspace that `./dev new` wrote asks for it in its .bazelrc: --define=mailroom_profile=yes. Our
own release lane gets it from tools/dev/bazel.sh instead, for code that no macro of ours compiles.
"""

_PROFILED = str(Label("//tools/bazel:profiled"))

def _path(file):
    root = Label("//tools/bazel").workspace_root
    return "%s/%s" % (root, file) if root else file

def profile_copts():
    """The compiler options; nothing unless the build asks for the profile."""
    options = [
        "-fprofile-use=" + _path("examples/mailroomd/mailroomd.profdata"),
        # Functions that have changed since, and those of users, have no counts.
        "-Wno-backend-plugin",
        # clang does not say that it read the profile. This header holds its hash, so that another
        # profile compiles everything anew.
        "-include",
        "$(BINDIR)/" + _path("tools/bazel/profile_hash.h"),
    ]
    if native.repository_name() not in ["@", "@@"] and Label("//tools/bazel").workspace_root:
        # Counts of functions that only one file sees are kept by the file's path, which begins with
        # external/mailroom/ here.
        options += ["-mllvm", "-static-func-strip-dirname-prefix=2"]
    return select({
        _PROFILED: options,
        "//conditions:default": [],
    })

def profile_deps():
    """What the options read; nothing unless the build asks for the profile."""
    return select({
        _PROFILED: [Label("//tools/bazel:profile")],
        "//conditions:default": [],
    })
