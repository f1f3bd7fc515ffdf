# SPDX-License-Identifier: Apache-2.0
"""`./dev dist`: a folder with all that a machine needs to run the server, and starts it from there.

The packages that the README lists are those of the libraries that the loader finds, each in the
version that this machine has: an older one may lack what was linked.
"""

import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

PACKAGING = ["mailroomd.service", "mailroomd.socket", "Containerfile"]
README = """Mailroom's server, built on {system}.

  mailroomd             the server; ./mailroomd --help
  mailroomd.conf        every flag with its default; --config reads it
  mailroomd.service     for systemd: /etc/systemd/system; mailroomd.socket is optional
  Containerfile         podman build -f Containerfile .
  SHA256SUMS            sha256sum -c SHA256SUMS

It needs these Debian packages, in these versions at least:

{packages}
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


def fill(folder, binary):
    folder.mkdir(parents=True, exist_ok=True)
    server = folder / "mailroomd"
    subprocess.run(["strip", "--strip-all", "-o", server, binary], check=True)
    server.chmod(0o755)
    for name in PACKAGING:
        shutil.copy(pathlib.Path("packaging") / name, folder)
    shutil.copy("LICENSE", folder)
    (folder / "mailroomd.conf").write_text(output(server, "--print-config"))
    needed = "\n".join(f"  {name} (>= {version})" for name, version in packages(server).items())
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text())[1]
    (folder / "README").write_text(README.format(system=system, packages=needed))
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums))


def try_it(folder):
    """Starts the server from there with its sample file; it must serve, and end by SIGTERM."""
    process = subprocess.Popen(
        [
            folder / "mailroomd",
            *("--config", folder / "mailroomd.conf"),
            *("--listen", "127.0.0.1:0", "--admin-listen", ""),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    first = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate()
    if not first.startswith("listening on ") or process.returncode != 0:
        raise SystemExit(f"dist: the server does not run from {folder}")


def main(folder, binary):
    fill(folder, binary)
    try_it(folder.resolve())
    print(folder)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
