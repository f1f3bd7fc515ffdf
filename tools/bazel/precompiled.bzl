# SPDX-License-Identifier: Apache-2.0
"""Headers of others that are parsed once a lane, and not once for each of our sources.

.bazelrc says in which lanes, by --define=mailroom_precompiled=tests or =all. What is compiled is
the same either way: rooms.bzl only includes the header from the command line, and both clang and
g++ then take the .gch beside it.
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

def _compile_arguments(ctx, toolchain, features, precompiled):
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + ctx.attr.copts,
        use_pic = True,
    )
    arguments = cc_common.get_memory_inefficient_command_line(
        action_name = ACTION_NAMES.cpp_compile,
        feature_configuration = features,
        variables = variables,
    )
    if "clang" in toolchain.compiler:
        # Templates that the header itself needs are instantiated once, too. A time of change would
        # make every machine's file another one.
        arguments = arguments + ["-fpch-instantiate-templates", "-Xclang", "-fno-pch-timestamp"]
        if "layering_check" in ctx.features:
            # clang refuses a header that was precompiled without the check.
            arguments = arguments + ["-fmodules-strict-decluse"]

    # What is compiled is the last of them, in its own place: clang notes where that was, and a
    # sandbox's path would be gone when it is read.
    for name in ctx.attr.includes[:-1]:
        arguments = arguments + ["-include", name]
    main = "/usr/include/" + ctx.attr.includes[-1]
    return arguments + ["-x", "c++-header", "-c", main, "-o", precompiled.path]

def _precompiled_header_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        cc_toolchain = toolchain,
        ctx = ctx,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features + ["layering_check", "module_maps"],
    )
    header = ctx.actions.declare_file(ctx.label.name + ".h")
    ctx.actions.write(header, "".join(["#include <%s>\n" % name for name in ctx.attr.includes]))
    precompiled = ctx.actions.declare_file(header.basename + ".gch")
    ctx.actions.run(
        executable = cc_common.get_tool_for_action(
            action_name = ACTION_NAMES.cpp_compile,
            feature_configuration = features,
        ),
        arguments = _compile_arguments(ctx, toolchain, features, precompiled),
        inputs = toolchain.all_files,
        mnemonic = "CppPrecompile",
        outputs = [precompiled],
        use_default_shell_env = True,
    )
    files = depset([header, precompiled])
    return [
        CcInfo(compilation_context = cc_common.create_compilation_context(headers = files)),
        DefaultInfo(files = files),
    ]

precompiled_header = rule(
    implementation = _precompiled_header_impl,
    attrs = {
        "copts": attr.string_list(doc = "As those that include it have them."),
        "includes": attr.string_list(
            doc = "Headers of others, as in angle brackets; the last lies in /usr/include itself.",
        ),
        "_cc_toolchain": attr.label(
            default = Label("@bazel_tools//tools/cpp:current_cc_toolchain"),
        ),
    },
    doc = "A header <name>.h that includes others, and <name>.h.gch that was compiled from it.",
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
