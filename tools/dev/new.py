# SPDX-License-Identifier: Apache-2.0
"""Writes a workspace for a service of one's own: `./dev new my.pkg.Service DIR`.

What it holds stands in tools/dev/new_workspace/; `$word` there is replaced. Its build and its tests
are tried by ./dev outside. A mistake in the arguments, or names that no compiler takes, end with 2,
and nothing is written then.
"""

import os
import pathlib
import platform
import re
import shlex
import string
import sys

from tools.dev import trial

TREE = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = TREE / "tools" / "dev" / "new_workspace"

_PACKAGE_WORD = re.compile(r"[a-z][a-z0-9_]*")
# HTTPProxy: HTTP and Proxy.
_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SERVICE = re.compile(r"[A-Z][A-Za-z0-9]*")
# What would be part of them belongs to others, though compilers may take it.
_TAKEN_PACKAGES = {"google", "mailroom", "std", "testing"}
# What the schema of the template has beside its service.
_TAKEN_SERVICES = ("VisitRequest", "VisitResponse")

# Behind the template's last line. Bazel 4 does not know these flags.
_NEWER_BAZEL = """
# Bazel 7 asks for a MODULE.bazel unless it is told.
common --enable_workspace --noenable_bzlmod"""


class Mistake(Exception):
    """An argument that cannot be followed; the text says what to write instead."""


def _quoted(text):
    """As a string of a BUILD or WORKSPACE file, or a word of a .bazelrc."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Service:
    """The names that follow from `my.pkg.GreetService`."""

    def __init__(self, full_name):
        *package, service = full_name.split(".")
        if not package or not _SERVICE.fullmatch(service):
            raise Mistake(
                f"'{full_name}' is no package.Service: write something like greet.v1.GreetService"
            )
        for word in package:
            if not _PACKAGE_WORD.fullmatch(word):
                raise Mistake(
                    f"'{word}' is no part of a package: lower case letters, digits and _, "
                    "as in greet.v1"
                )
        if package[0] in _TAKEN_PACKAGES:
            raise Mistake(
                f"the namespace '{package[0]}' is somebody else's: begin with another word"
            )
        if service in _TAKEN_SERVICES:
            raise Mistake(f"'{service}' is a message of the first schema: take another name")
        self.full_name = full_name
        self.package = ".".join(package)
        self.service = service
        self.noun = service.removesuffix("Service") or service
        self.name = _WORD_BOUNDARY.sub("_", self.noun).lower()

    def words(self):
        return {
            "package": self.package,
            "namespace": self.package.replace(".", "::"),
            "service": self.service,
            "noun": self.noun,
            "name": self.name,
            # No repository that the workspace names can be called so.
            "workspace": "_".join([*self.package.split("."), self.name]),
        }

    def files(self):
        """Template to file, in the order in which one reads them."""
        return {
            "README.md.in": "README.md",
            "schema.proto.in": f"{self.name}.proto",
            "actor.h.in": f"{self.name}_actor.h",
            "test.cc.in": f"{self.name}_test.cc",
            "main.cc.in": "main.cc",
            "BUILD.in": "BUILD",
            "WORKSPACE.in": "WORKSPACE",
            "bazelrc.in": ".bazelrc",
            "user.bazelrc.in": "user.bazelrc",
            "gitignore.in": ".gitignore",
        }


def check_folder(folder):
    """The folder is fit to be written into: not there, or empty."""
    if re.search(r"\s", str(folder)):
        raise Mistake(f"'{folder}' has a space in it, and Bazel cannot build there")
    if folder == TREE or TREE in folder.parents:
        raise Mistake(f"'{folder}' lies in Mailroom's own tree: choose a folder beside it")
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        raise Mistake(f"'{there}' is a file: name a folder")
    if there == folder and any(folder.iterdir()):
        raise Mistake(f"'{folder}' is not empty: name a folder that is, or one that is not there")


def path_to_tree(folder):
    """As the workspace names the clone: a neighbour may move together with it."""
    return f"../{TREE.name}" if folder.parent == TREE.parent else str(TREE)


def disk_cache():
    """Where all workspaces of this user and this Debian keep what they have built."""
    try:
        told = platform.freedesktop_os_release()
    except OSError:
        told = {}
    system = told.get("ID", "linux") + told.get("VERSION_ID", "")
    return pathlib.Path.home() / ".cache" / "mailroom" / f"workspaces-{system}"


def render(service, folder, bazel_major):
    """The text of each file."""
    words = service.words()
    words["mailroom"] = _quoted(path_to_tree(folder))
    words["newer_bazel"] = _NEWER_BAZEL if bazel_major >= 7 else ""
    words["disk_cache"] = _quoted(str(disk_cache()))
    return {
        file: string.Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)
        for template, file in service.files().items()
    }


def check_names(service):
    """The names compile beside this system's headers."""
    try:
        refused = trial.try_names(service.words())
    except trial.NoHeaders as error:
        raise Mistake(f"{error}. Install the C++ library that it looks for") from error
    if refused is None:
        return
    names = {*service.package.split("."), service.service, service.noun}
    name = refused.word if refused.word in names else service.full_name
    raise Mistake(f"'{name}' does not compile as C++ ({refused.text}): take another name")


def write(files, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")


def next_steps(service, folder):
    return (
        f"cd {shlex.quote(str(folder))}\n"
        "bazel test //...\n"
        f"bazel run //:{service.name} -- --listen 127.0.0.1:8080"
    )


_USAGE = """usage: ./dev new package.Service DIR
  package.Service  the service's full name, like greet.v1.GreetService
  DIR              a folder that is empty or not there, outside of Mailroom's tree"""


def main(mode, started_in, bazel_major, *given):
    """`mode` is check or write; a relative DIR counts from `started_in`."""
    if len(given) != 2:
        print(_USAGE, file=sys.stderr)
        return 2
    folder = pathlib.Path(os.path.realpath(os.path.join(started_in, given[1])))
    try:
        service = Service(given[0])
        check_folder(folder)
        if mode == "write":
            check_names(service)
            write(render(service, folder, int(bazel_major)), folder)
            print(next_steps(service, folder))
    except Mistake as mistake:
        print(f"dev: {mistake}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"dev: cannot write '{folder}': {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
