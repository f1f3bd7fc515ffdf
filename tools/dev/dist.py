# SPDX-License-Identifier: Apache-2.0
"""`./dev dist`: a folder with all that a machine needs to run a server, and starts it from there.

The server is mailroomd, or a program of a user's own that calls Server::Main. The packages that the
README lists are those of the libraries that the loader finds, each in the version that this machine
has: an older one may lack what was linked.
"""

import hashlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
# Far beyond what a start takes; a bound for what hangs.
PATIENCE_S = 60
README = """The server $name, built on $system.

  $name                 the server; ./$name --help
  $name.toml            every flag with its default; --config reads it
  $name.service         for systemd: to /etc/systemd/system, $name to /usr/bin, $name.toml to /etc
  $name.socket          optional: systemd opens the port
  Containerfile         podman build .
  SHA256SUMS            sha256sum -c SHA256SUMS

It needs these Debian packages, in these versions at least:

$packages
"""


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def owner(library):
    """The package of a file; dpkg may know it by the path without or with /usr."""
    real = os.path.realpath(library)
    for path in (real, real.removeprefix("/usr"), library):
        found = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise SystemExit(f"dist: no package has {library}, which the server needs")


def packages(binary):
    """What the loader finds for `binary`, as {package: version}."""
    found = re.findall(r"=> (/\S+)|^\s*(/\S+) \(", output("ldd", binary), re.MULTILINE)
    names = {owner(path or loader) for path, loader in found}
    return {
        name: output("dpkg-query", "-W", "-f", "${Version}\n", name).splitlines()[0]
        for name in sorted(names)
    }


def release():
    """What Debian calls itself: for people, and as its images are tagged."""
    text = pathlib.Path("/etc/os-release").read_text()
    words = dict(re.findall(r'^(\w+)="?(.*?)"?$', text, re.MULTILINE))
    return words["PRETTY_NAME"], words.get("VERSION_ID") or words.get("VERSION_CODENAME", "sid")


def defaults(server):
    """What `server --print-config` prints; the builder's own MAILROOM_ variables are not asked."""
    done = subprocess.run(
        [server, "--print-config"],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"dist: {server} --print-config: {done.stderr or done.returncode}")
    return done.stdout


def write(path, template, **words):
    path.write_text(string.Template(template).substitute(words))


def fill(folder, binary):
    """The folder's files, named after the program; returns that name."""
    name = pathlib.Path(binary).name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise SystemExit(f"dist: a unit can't be named after the program {name!r}: rename it")
    folder.mkdir(parents=True, exist_ok=True)
    server = folder / name
    subprocess.run(["strip", "--strip-all", "-o", server, binary], check=True)
    server.chmod(0o755)
    shutil.copy(TREE / "LICENSE", folder)
    (folder / f"{name}.toml").write_text(defaults(server))
    needed = packages(server)
    system, tag = release()
    for ending in ("service", "socket"):
        template = (TREE / "packaging" / f"{ending}.in").read_text()
        write(folder / f"{name}.{ending}", template, name=name)
    template = (TREE / "packaging" / "Containerfile.in").read_text()
    images = " ".join(package for package in needed if package != "libc6")
    write(folder / "Containerfile", template, name=name, debian=tag, packages=images)
    listed = "\n".join(f"  {package} (>= {version})" for package, version in needed.items())
    write(folder / "README", README, name=name, system=system, packages=listed)
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums))
    return name


def unit_command(folder, name):
    """The command of the unit; what it names by its place on another machine is in `folder`."""
    unit = (folder / f"{name}.service").read_text()
    start = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1]
    places = {f"/usr/bin/{name}": folder / name, f"/etc/{name}.toml": folder / f"{name}.toml"}
    return [str(places.get(word, word)) for word in shlex.split(start)]


def is_ready(process, notices):
    """Waits until the process says that it serves; False when it ends, or hangs."""
    end = time.monotonic() + PATIENCE_S
    notices.settimeout(PATIENCE_S / 300)
    while time.monotonic() < end:
        try:
            if b"READY=1" in notices.recv(4096).splitlines():
                return True
        except TimeoutError:
            if process.poll() is not None:
                return False
    return False


def end(process):
    """Asks the process to end by SIGTERM, kills it when it does not; its exit code."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def try_it(folder, name):
    """Starts what the unit starts, as systemd does (Type=notify) and without the socket unit.

    The ports are free ones, said by variables: the file keeps its own. It must say that it serves,
    and end by SIGTERM.
    """
    address = f"mailroom-dist-{os.getpid()}"
    # A file and no pipe: nobody reads while the program says what it has to say.
    with (
        tempfile.TemporaryFile("w+") as errors,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices,
    ):
        notices.bind("\0" + address)
        process = subprocess.Popen(
            unit_command(folder, name),
            env={
                "PATH": os.defpath,
                "NOTIFY_SOCKET": "@" + address,
                "MAILROOM_LISTEN": "127.0.0.1:0",
                "MAILROOM_ADMIN_LISTEN": "127.0.0.1:0",
            },
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        ready = is_ready(process, notices)
        code = end(process)
        errors.seek(0)
        said = errors.read()
    if not ready:
        raise SystemExit(f"dist: the unit of {name} does not start from {folder}: {said}")
    if code != 0:
        raise SystemExit(f"dist: {name} started, and SIGTERM ended it with {code}: {said}")


def main(folder, binary):
    name = fill(folder, binary)
    try_it(folder.resolve(), name)
    print(folder)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
