# SPDX-License-Identifier: Apache-2.0
"""Whether the names of a service compile: `./dev new` tries them before it writes anything.

A package is a namespace in C++, and a namespace can't be called like a function or a variable of
the C library, a keyword or a macro. Which ones there are depends on the system, so its compiler is
asked: with the headers that generated code and its users bring along, and with declarations of the
shape that protoc and protoc-gen-mailroom make. That takes a tenth of a second; the whole of the
generated code, with the headers of Protocol Buffers, would take several.
"""

import os
import re
import shutil
import string
import subprocess

COMPILERS = ("clang++-19", "clang++", "g++")
_PIECE = """
#include <cassert>
#include <cerrno>
#include <cinttypes>
#include <clocale>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <cwchar>
#include <cwctype>
#include <fcntl.h>
#include <libintl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <sched.h>
#include <semaphore.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

$open_namespaces
class VisitRequest {};
class VisitResponse {
  // So unrooted in what protoc writes.
  std::size_t size_ = 0;
  int32_t visits_ = 0;
  int64_t since_ = 0;
  uint32_t kind_ = 0;
  uint64_t number_ = 0;
  uint8_t* at_ = nullptr;
  size_t plain_ = 0;
};
int ${service}Spec();
template <class Self>
class ${service}Actor {
 protected:
  ${service}Actor() { ${service}Spec(); }
};
class ${service}Client final {
 public:
  ::$namespace::VisitResponse Visit(const ::$namespace::VisitRequest& request);
};
$close_namespaces

class ${noun}Actor final : public $namespace::${service}Actor<${noun}Actor> {
  $namespace::VisitResponse Visit(const $namespace::VisitRequest&);
};
class ${noun}Test {
  $namespace::${service}Client client_;
};
"""
_ERROR = re.compile(r"^<stdin>:(\d+):(\d+): (?:fatal )?error: (.*)$", re.MULTILINE)
# Of clang and of g++: no name can cause it.
_NO_HEADER = re.compile(
    r"^.*: fatal error: (.*(?:file not found|No such file or directory))$", re.MULTILINE
)


class NoHeaders(Exception):
    """The compiler lacks headers of the C++ or the C library, and can try nothing."""

    def __init__(self, compiler, text):
        super().__init__(f"{compiler} is not complete: {text}")


class Refused:
    """The compiler's first error, and the word at which it stands."""

    def __init__(self, word, text):
        self.word = word
        self.text = text


def try_names(words):
    """Refused, or None; also where there is no compiler to ask. May raise NoHeaders."""
    compiler = next(filter(shutil.which, COMPILERS), None)
    if compiler is None:
        return None
    piece = _piece(words)
    done = subprocess.run(
        [compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", "-"],
        input=piece,
        env=dict(os.environ, LC_ALL="C"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return None
    no_header = _NO_HEADER.search(done.stderr)
    if no_header:
        raise NoHeaders(compiler, no_header[1])
    return _first_error(piece, done.stderr)


def _piece(words):
    parts = words["package"].split(".")
    # A line each: an error then stands at the word that is to blame.
    opened = "".join(f"namespace {part} {{\n" for part in parts)
    return string.Template(_PIECE).substitute(
        words, open_namespaces=opened, close_namespaces="}" * len(parts)
    )


def _first_error(piece, said):
    found = _ERROR.search(said)
    if not found:
        return Refused("", said.strip().splitlines()[0] if said.strip() else "no reason given")
    line, column, text = int(found[1]), int(found[2]), found[3]
    return Refused(re.match(r"\w*", piece.splitlines()[line - 1][column - 1 :])[0], text)
