# SPDX-License-Identifier: Apache-2.0
"""What a compiler says to code that must not compile."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

def _compile_failure_impl(ctx):
    said = ctx.actions.declare_file(ctx.label.name + ".txt")
    context = cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.attr.deps],
    ).compilation_context
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        # It would want a module map of this very target.
        unsupported_features = ctx.disabled_features + ["layering_check", "module_maps"],
    )
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        source_file = ctx.file.src.path,
        user_compile_flags = [
            "-std=c++20",
            "-DMAILROOM_GCC_COROUTINES_READ",
            "-fsyntax-only",
            "-fdiagnostics-color=never",
        ],
        include_directories = context.includes,
        quote_include_directories = context.quote_includes,
        system_include_directories = context.system_includes,
        preprocessor_defines = context.defines,
    )
    action = "c++-compile"
    compiler = cc_common.get_tool_for_action(
        action_name = action,
        feature_configuration = features,
    )
    flags = cc_common.get_memory_inefficient_command_line(
        action_name = action,
        feature_configuration = features,
        variables = variables,
    )
    succeed = "" if ctx.attr.succeeds else "! "
    ctx.actions.run_shell(
        command = "%s%s \"$@\" 2> %s" % (succeed, compiler, said.path),
        arguments = flags,
        env = {"LC_ALL": "C"},
        inputs = depset(
            [ctx.file.src],
            transitive = [context.headers, toolchain.all_files],
        ),
        outputs = [said],
        mnemonic = "CompileFailure",
    )
    return [DefaultInfo(files = depset([said]), runfiles = ctx.runfiles(files = [said]))]

compile_failure = rule(
    implementation = _compile_failure_impl,
    attrs = {
        "src": attr.label(mandatory = True, allow_single_file = [".cc"]),
        "deps": attr.label_list(providers = [CcInfo]),
        "succeeds": attr.bool(doc = "For the control: code that must compile."),
        "_cc_toolchain": attr.label(
            default = Label("@bazel_tools//tools/cpp:current_cc_toolchain"),
        ),
    },
    doc = """Compiles one source, by the lane's own compiler and flags, and keeps what the compiler
says as <name>.txt. The build fails if the source compiles.""",
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
