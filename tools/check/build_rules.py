# SPDX-License-Identifier: Apache-2.0
"""What BUILD files say: every file by its name, lists in order, walls instead of open doors."""

import ast
import re


def _label_key(label):
    """The order of a BUILD list: the package's own, the tree's, other repositories'."""
    rank = 2 if label.startswith("@") else 1 if label.startswith("//") else 0
    return rank, re.split(r"[:/.]", label.lstrip(":@/"))


def build_files(source):
    if source.name != "BUILD":
        return
    yield from source.search(
        r"\bglob\s*\(", "build", "no globs: a file that belongs to the target is named in it"
    )
    for node in ast.walk(ast.parse(source.text)):
        if not isinstance(node, ast.keyword) or node.arg not in ("srcs", "hdrs", "deps"):
            continue
        items = getattr(node.value, "elts", [])
        if not all(isinstance(item, ast.Constant) for item in items):
            continue
        labels = [item.value for item in items]
        if labels != sorted(labels, key=_label_key):
            order = " ".join(sorted(labels, key=_label_key))
            yield source.finding(node.value.lineno, "build", f"sort {node.arg}: {order}")
        if len(set(labels)) != len(labels):
            yield source.finding(node.value.lineno, "build", f"{node.arg} names something twice")


# rpc's half for workers, by the BUILD files that define its targets.
_CODEC_HALF = {"rpc/BUILD": ("codec", "codec_seam"), "rpc/json/BUILD": ("json",)}
_PROTOCOL_HALF = {"//http", "//rpc/connect", "//rpc/grpc"}
_PROTOCOL_TARGETS = {
    f"{package}:{name}" for package in ("", "//rpc") for name in ("protocol", "protocol_seam")
}


def codec_wall(source):
    """rpc's two halves are one room: no group parts the codec, for workers, from HTTP."""
    targets = _CODEC_HALF.get(source.path, ())
    for call in ast.walk(ast.parse(source.text)) if targets else ():
        if not isinstance(call, ast.Call):
            continue
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        name = getattr(given.get("name"), "value", None)
        if name not in targets:
            continue
        for label in getattr(given.get("deps"), "elts", []):
            if getattr(label, "value", None) in _PROTOCOL_HALF | _PROTOCOL_TARGETS:
                yield source.finding(
                    label.lineno, "room-order", f"{name} may not name {label.value}"
                )


# The doors, the schemas that users' schemas import, and what our rules bring into a user's build.
_PUBLIC_PLACES = ("", "proto", "third_party", "tools")


def visibility(source):
    if source.name == "BUILD" and source.room not in _PUBLIC_PLACES:
        yield from source.search(
            r'"//visibility:public"',
            "visibility",
            "name a wall, //:above_<room>: not everybody is let in",
            source.text,
        )


RULES = [build_files, codec_wall, visibility]
