# SPDX-License-Identifier: Apache-2.0
"""The repositories that Mailroom needs, all of them from Debian's packages: nothing is downloaded.

A workspace outside this tree needs no more than

    local_repository(name = "mailroom", path = "...")
    load("@mailroom//tools/bazel:dependencies.bzl", "mailroom_dependencies")
    mailroom_dependencies()

and no command-line flag. A repository that the workspace has already defined is left as it is.
"""

# Bazel 4's own tools load these two repositories and would download them. Debian's bazel-rules-cc
# is written for a later Bazel, so both are written here: the C++ rules as the native ones under
# their other name, the coverage tools as nothing, since no lane collects coverage.
_RULES_CC = {
    "cc/BUILD": "",
    "cc/defs.bzl": "\n".join([
        "%s = native.%s" % (rule, rule)
        for rule in [
            "cc_binary",
            "cc_import",
            "cc_library",
            "cc_proto_library",
            "cc_test",
            "cc_toolchain",
            "cc_toolchain_suite",
            "fdo_prefetch_hints",
            "fdo_profile",
            "objc_import",
            "objc_library",
        ]
    ]),
}

_REMOTE_COVERAGE_TOOLS = {
    "BUILD": "\n".join([
        "filegroup(name = \"%s\", visibility = [\"//visibility:public\"])" % name
        for name in [
            "coverage_report_generator",
            "lcov_merger",
        ]
    ]),
}

# Where Debian's packages put the rules that are fit to use, by repository name. A folder that a
# Debian release lacks is only missed when something loads it: rules_python and bazel_skylib serve
# Bazel 6 and later.
_DEBIAN_RULES = {
    "bazel_skylib": "/usr/share/bazel/tools/skylib",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
    "rules_python": "/usr/share/bazel/rules/python",
}

def _written_repository_impl(ctx):
    files = {"BUILD": "", "WORKSPACE": "workspace(name = \"%s\")\n" % ctx.name}
    files.update(ctx.attr.files)
    for path, text in files.items():
        ctx.file(path, text, executable = False)

_written_repository = repository_rule(
    implementation = _written_repository_impl,
    attrs = {"files": attr.string_dict(doc = "Path in the repository to the file's text.")},
    doc = "A repository whose few files are written out in the workspace itself.",
)

def mailroom_dependencies():
    """Defines every repository that Mailroom builds with and that is not defined yet."""
    existing = native.existing_rules()
    for name, path in _DEBIAN_RULES.items():
        if name not in existing:
            native.local_repository(name = name, path = path)
    for name, files in {
        "remote_coverage_tools": _REMOTE_COVERAGE_TOOLS,
        "rules_cc": _RULES_CC,
    }.items():
        if name not in existing:
            _written_repository(name = name, files = files)
    for name, build_file in {
        "com_google_protobuf": Label("//third_party:protobuf.BUILD"),
        "debian": Label("//third_party:debian.BUILD"),
    }.items():
        if name not in existing:
            native.new_local_repository(name = name, path = "/usr", build_file = str(build_file))
