# SPDX-License-Identifier: Apache-2.0
"""Servers of Debian that can stand beside ours: `--peers nginx,h2o`.

Each gets one thread or process and answers every request with the greeting, which it neither
decodes nor makes. Its configuration is written into a folder of the session; access logs are off
and connections live as long as the client wants, as with us.
"""

import dataclasses
import os
import shutil

ANSWER = '{"message":"Hello, world"}'

_NGINX = """
daemon off;
master_process off;
worker_processes 1;
pid FOLDER/nginx.pid;
error_log stderr warn;
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  client_body_temp_path FOLDER;
  proxy_temp_path FOLDER;
  fastcgi_temp_path FOLDER;
  uwsgi_temp_path FOLDER;
  scgi_temp_path FOLDER;
  server {
    listen 127.0.0.1:PORT;
    location / {
      default_type application/json;
      return 200 'ANSWER';
    }
  }
}
"""

# A path of h2o takes a POST only by way of a handler: part of its cost is Ruby's.
_H2O = """
num-threads: 1
http1-request-timeout: 3600
max-connections: 16384
listen:
  host: 127.0.0.1
  port: PORT
hosts:
  default:
    paths:
      "/":
        mruby.handler: |
          Proc.new do |env|
            [200, {"content-type" => "application/json", "content-length" => "SIZE"}, ['ANSWER']]
          end
"""


@dataclasses.dataclass(frozen=True)
class Peer:
    program: str
    package: str
    configuration: str
    arguments: tuple  # behind the program; {file} and {folder} are filled in


PEERS = {
    "h2o": Peer("h2o", "h2o", _H2O, ("-c", "{file}")),
    "nginx": Peer("nginx", "nginx-light", _NGINX, ("-p", "{folder}", "-c", "{file}")),
}

# Debian keeps servers where a user's PATH does not look.
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])


class UnknownPeer(Exception):
    """A name that is none of PEERS."""


def command(name, folder):
    """(command, None) for a peer, or (None, why it is left out).

    The command is a shell's, as the port becomes known only when the server is started: it writes
    the configuration and becomes the server.
    """
    if name not in PEERS:
        raise UnknownPeer(f"no peer {name!r}; there are: {', '.join(sorted(PEERS))}")
    peer = PEERS[name]
    program = shutil.which(peer.program, path=_PATH)
    if program is None:
        return None, f"{name} is left out: not installed (apt-get install {peer.package})"
    template = os.path.join(folder, f"{name}.conf.in")
    with open(template, "w", encoding="utf-8") as file:
        text = peer.configuration.replace("FOLDER", folder).replace("ANSWER", ANSWER)
        file.write(text.replace("SIZE", str(len(ANSWER))))
    target = template.removesuffix(".in")
    arguments = [word.format(file=target, folder=folder) for word in peer.arguments]
    script = f'sed "s/PORT/{{port}}/" {template} >{target} && exec "$0" "$@"'
    return ("sh", "-c", script, program, *arguments), None
