# SPDX-License-Identifier: Apache-2.0
"""The rules for users of Mailroom. A BUILD file that loads them needs no compiler flag."""

load(":profile.bzl", "profile_copts", "profile_deps")

# Bazel 4's toolchain compiles for C++11 unless told otherwise; the last -std on a command line
# counts.
MAILROOM_COPTS = ["-std=c++20"]

def mailroom_cc_binary(name, copts = [], deps = [], **kwargs):
    """A cc_binary in C++20.

    Args:
      name: the program's name.
      copts: further compiler options, after ours.
      deps: as in every rule.
      **kwargs: passed on to cc_binary.
    """
    native.cc_binary(
        name = name,
        copts = MAILROOM_COPTS + profile_copts() + copts,
        deps = deps + profile_deps(),
        **kwargs
    )

def mailroom_cc_test(name, copts = [], size = "small", **kwargs):
    """A cc_test in C++20.

    Args:
      name: the test's name.
      copts: further compiler options, after ours.
      size: as in every test. Tests of actors wait for nothing: those that take more than a minute
        say so.
      **kwargs: passed on to cc_test.
    """
    native.cc_test(name = name, copts = MAILROOM_COPTS + copts, size = size, **kwargs)

def _import_path(proto, info):
    """What an import statement calls this file: its path below the library's root."""
    root = info.proto_source_root
    if root not in ["", "."] and proto.path.startswith(root + "/"):
        return proto.path[len(root) + 1:]
    return proto.path

def _protoc_arguments(ctx, proto, info, out_folder):
    args = ctx.actions.args()
    args.add(ctx.executable._plugin, format = "--plugin=protoc-gen-mailroom=%s")
    args.add(out_folder, format = "--mailroom_out=%s")

    # The file's own root first: another one might claim the file.
    args.add(info.proto_source_root or ".", format = "--proto_path=%s")
    args.add_all(info.transitive_proto_path, format_each = "--proto_path=%s", uniquify = True)
    args.add(proto)
    return args

def _generate(ctx, proto, info):
    path = _import_path(proto, info)
    base = (path[:-len(".proto")] if path.endswith(".proto") else path) + ".mailroom"
    header = ctx.actions.declare_file("%s/%s.h" % (ctx.attr.folder, base))
    source = ctx.actions.declare_file("%s/%s.cc" % (ctx.attr.folder, base))
    out_folder = header.path[:-len("/%s.h" % base)]
    ctx.actions.run(
        executable = ctx.executable._protoc,
        arguments = [_protoc_arguments(ctx, proto, info, out_folder)],
        inputs = info.transitive_sources,
        tools = [ctx.executable._plugin],
        outputs = [header, source],
        mnemonic = "MailroomGenerate",
        progress_message = "Generating actors from %s" % path,
    )
    return header, source

def _mailroom_generate_impl(ctx):
    headers = []
    sources = []
    for src in ctx.attr.srcs:
        info = src[ProtoInfo]
        if not info.direct_sources:
            fail("%s has no srcs of its own: name the proto_library that has" % src.label)
        for proto in info.direct_sources:
            header, source = _generate(ctx, proto, info)
            headers.append(header)
            sources.append(source)
    return [
        DefaultInfo(
            files = depset(headers + sources),
            runfiles = ctx.runfiles(files = headers + sources),
        ),
        OutputGroupInfo(headers = depset(headers), sources = depset(sources)),
    ]

def _mailroom_refusal_impl(ctx):
    info = ctx.attr.src[ProtoInfo]
    said = ctx.actions.declare_file(ctx.label.name + ".txt")
    args = [
        _protoc_arguments(ctx, proto, info, said.dirname)
        for proto in info.direct_sources
    ]
    ctx.actions.run_shell(
        command = "! %s \"$@\" 2> %s" % (ctx.executable._protoc.path, said.path),
        arguments = args,
        inputs = info.transitive_sources,
        tools = [ctx.executable._plugin, ctx.executable._protoc],
        outputs = [said],
        mnemonic = "MailroomRefuse",
    )
    return [DefaultInfo(files = depset([said]), runfiles = ctx.runfiles(files = [said]))]

_PROGRAMS = {
    "_plugin": attr.label(
        default = Label("//tools/protoc_gen_mailroom"),
        cfg = "exec",
        executable = True,
    ),
    "_protoc": attr.label(
        default = Label("@com_google_protobuf//:protoc"),
        allow_single_file = True,
        cfg = "exec",
        executable = True,
    ),
}

# For our own tests.
mailroom_refusal = rule(
    implementation = _mailroom_refusal_impl,
    attrs = dict(_PROGRAMS, src = attr.label(mandatory = True, providers = [ProtoInfo])),
    doc = "What protoc-gen-mailroom says to a file from which it cannot generate.",
)

_mailroom_generate = rule(
    implementation = _mailroom_generate_impl,
    attrs = dict(
        _PROGRAMS,
        folder = attr.string(mandatory = True, doc = "Where the files go in the package."),
        srcs = attr.label_list(mandatory = True, providers = [ProtoInfo]),
    ),
    doc = "Runs protoc-gen-mailroom over the files of proto_library targets.",
)

def mailroom_cc_library(
        name,
        srcs,
        deps,
        copts = [],
        testonly = None,
        visibility = None,
        **kwargs):
    """Actor bases, specs and clients for the services of proto_library targets.

    A file that is imported as "shop/v1/shop.proto" is included as "shop/v1/shop.mailroom.h". Its
    proto_library may use strip_import_prefix and import_prefix.

    Args:
      name: the library's name.
      srcs: proto_library targets; only their own files are read, not those of their deps.
      deps: the cc_proto_library targets over srcs.
      copts: further compiler options, after ours.
      testonly: as in every rule.
      visibility: as in every rule.
      **kwargs: passed on to cc_library.
    """
    folder = name + "_generated"
    _mailroom_generate(
        name = folder,
        srcs = srcs,
        folder = folder,
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    for group in ["headers", "sources"]:
        native.filegroup(
            name = "%s_%s" % (folder, group),
            srcs = [":" + folder],
            output_group = group,
            testonly = testonly,
            visibility = ["//visibility:private"],
        )
    native.cc_library(
        name = name,
        srcs = [":%s_sources" % folder],
        hdrs = [":%s_headers" % folder],
        copts = MAILROOM_COPTS + profile_copts() + copts,
        strip_include_prefix = folder,
        testonly = testonly,
        visibility = visibility,
        deps = deps + [Label("//tools/protoc_gen_mailroom:runtime")] + profile_deps(),
        **kwargs
    )
