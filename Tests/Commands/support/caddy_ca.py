"""Caddy as the CA (its `acme_server`), in a network of its own, since it knows no ports but 80 and 443.

It serves a web root on port 80 too, for every name that leads there.
"""

import atexit
import functools
import pathlib
import shutil
import subprocess
import tempfile

from apart import Apart
from testbed import wait_until

HERE, CLOSED = "127.0.0.1", "127.0.0.2"  # at the second address nobody listens

CONFIGURATION = """{{
    admin off
    auto_https disable_redirects
    skip_install_trust
    storage file_system {dir}/store
}}
https://ca.example {{
    bind {here}
    tls internal
    acme_server
}}
http:// {{
    bind {here}
    root * {dir}/web
    file_server
}}
"""


class CaddyCA:
    """The running CA. `env` is what the tools need to know of it; `names` are those that lead to its web root, and
    those of `closed` lead to where nobody listens."""

    def __init__(self, names, closed):
        self._folder = tempfile.TemporaryDirectory(prefix="acme-caddy-")
        self.dir = pathlib.Path(self._folder.name).resolve()
        self.dir.chmod(0o711)
        self.webroot = self.dir / "web"
        self.webroot.mkdir()
        self.apart = Apart(HERE, [CLOSED])
        lines = [f"{HERE} {name}" for name in ("localhost", "ca.example", *names)]
        (self.dir / "hosts").write_text("\n".join(lines + [f"{CLOSED} {name}" for name in closed]) + "\n")
        mounted = self.apart.run("mount", "--bind", self.dir / "hosts", "/etc/hosts")
        assert mounted.returncode == 0, mounted
        (self.dir / "Caddyfile").write_text(CONFIGURATION.format(dir=self.dir, here=HERE))
        with open(self.dir / "log", "wb") as log:
            self.process = self.apart.start(
                "env", f"HOME={self.dir}", shutil.which("caddy"), "run", "--adapter", "caddyfile", "--config",
                self.dir / "Caddyfile", cwd=self.dir, stdout=log, stderr=subprocess.STDOUT)
        atexit.register(self.stop)
        root = self.dir / "store/pki/authorities/local/root.crt"
        self.env = {"ACME_DIRECTORY": "https://ca.example/acme/local/directory", "ACME_CA_BUNDLE": str(root)}
        wait_until(lambda: self.process.poll() is not None or self.answers(), "caddy answers")
        assert self.process.poll() is None, (self.dir / "log").read_text()

    def answers(self):
        """With a certificate of its own, that it makes when it starts."""
        done = self.apart.run("curl", "-sf", "--cacert", self.env["ACME_CA_BUNDLE"], self.env["ACME_DIRECTORY"])
        return done.returncode == 0

    @staticmethod
    @functools.cache
    def shared(names, closed):
        return CaddyCA(names, closed)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self._folder.cleanup()
