"""Real web servers for tests: Debian's nginx, Apache and Caddy on loopback, with the sites that a test gives them."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess

from testbed import PipelineTest, wait_until
from tools import LIMIT, clean_environment

APACHE_MODULES = pathlib.Path("/usr/lib/apache2/modules")


def taken(port):
    """Whether somebody listens on this port."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


class WebServer:
    """One server with a folder of its own in the test's; it is ended with the test.

    A subclass has `name` (the program), `command` (how it runs in the foreground), `again` (the words with which it is
    told to read its sites anew) and `write(sites)`."""

    def __init__(self, test):
        self.dir = test.dir / self.name
        self.dir.mkdir()
        if os.geteuid() == 0:
            test.dir.chmod(0o711)  # the workers are somebody else then
        self.program = shutil.which(self.name, path=f"{os.environ['PATH']}:/usr/sbin")
        self.env = clean_environment(HOME=self.dir)
        self.process = None
        test.addCleanup(self.stop)

    def start(self, sites, *ports):
        """Runs it, and waits until it listens on these ports."""
        assert not any(taken(port) for port in ports), f"not free: {ports}"
        self.write(sites)
        with open(self.dir / "output", "wb") as log:
            self.process = subprocess.Popen([self.program, *self.command], cwd=self.dir, env=self.env,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.listens(*ports)

    def listens(self, *ports):
        wait_until(lambda: self.process.poll() is not None or all(map(taken, ports)), f"{self.name} listens on {ports}")
        assert self.process.poll() is None, (self.dir / "output").read_text()

    def workers(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return set(children.read_text().split())

    def reload(self):
        """As `systemctl reload` would, and it has happened then."""
        before = self.workers()
        subprocess.run([self.program, *self.again], cwd=self.dir, env=self.env, check=True, timeout=LIMIT,
                       capture_output=True)
        self.settled(before)

    def settled(self, before):
        """Waits until none of the workers `before` a reload is left."""
        wait_until(lambda: (now := self.workers()) and not now & before, f"{self.name} has new workers")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(LIMIT)
            finally:
                self.process.kill()


class Nginx(WebServer):
    """What stands around the sites is what Debian has there, and what nginx needs to run beside others."""

    name = "nginx"

    @property
    def command(self):
        return ["-p", self.dir, "-c", "nginx.conf", "-e", "error.log"]

    @property
    def again(self):
        return [*self.command, "-s", "reload"]

    def write(self, sites):
        spools = " ".join(f"{kind}_temp_path spool;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.dir / "nginx.conf").write_text(
            f"daemon off;\nworker_processes 1;\npid own.pid;\nerror_log error.log;\nevents {{}}\n"
            "http {\naccess_log off;\ninclude /etc/nginx/mime.types;\ndefault_type application/octet-stream;\n"
            f"{spools}\n{sites}\n}}\n")


class Apache(WebServer):
    """What stands around the sites is what Debian's own configuration has in force for every site."""

    name = "apache2"
    modules = ("mpm_event", "authz_core", "alias", "dir", "mime", "headers", "proxy", "proxy_http", "socache_shmcb",
               "ssl")

    @property
    def command(self):
        return ["-f", self.dir / "apache2.conf", "-D", "FOREGROUND"]

    @property
    def again(self):
        return ["-f", self.dir / "apache2.conf", "-k", "graceful"]

    def write(self, sites):
        modules = "\n".join(f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so" for name in self.modules)
        user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
        (self.dir / "apache2.conf").write_text(
            f"ServerRoot {self.dir}\nDefaultRuntimeDir {self.dir}\nPidFile own.pid\nErrorLog error.log\n"
            f"Mutex file:{self.dir}\nServerName localhost\n{modules}\nTypesConfig /etc/mime.types\n{user}"
            f"<Directory />\nRequire all denied\n</Directory>\n{sites}\n")


class Caddy(WebServer):
    """Without its interface for administration, which has a fixed port."""

    name = "caddy"

    @property
    def command(self):
        return ["run", "--adapter", "caddyfile", "--config", self.dir / "Caddyfile"]

    def write(self, sites):
        (self.dir / "Caddyfile").write_text(
            f"{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\tstorage file_system {self.dir}/store\n}}\n{sites}\n")


class Haproxy(WebServer):
    """A master with workers, as Debian's unit has it."""

    name = "haproxy"

    @property
    def command(self):
        return ["-W", "-f", self.dir / "haproxy.cfg"]

    def write(self, sites):
        (self.dir / "haproxy.cfg").write_text(
            f"global\n    stats socket {self.dir}/own.sock\ndefaults\n    timeout connect 10s\n    timeout client 60s\n"
            f"    timeout server 60s\n{sites}\n")

    def reload(self):
        before = self.workers()
        self.process.send_signal(signal.SIGUSR2)
        self.settled(before)


class WebServerTest(PipelineTest):
    """The CA's ports for http-01 and https are free for a server that the test starts, and it has two intermediates."""

    SETTINGS = {"WEB_SERVER": "none", "PEBBLE_CHAIN_LENGTH": 2}

    @classmethod
    def setup_class(cls):
        super().setup_class()
        cls.http, cls.tls = int(cls.testbed.env["HTTP_PORT"]), int(cls.testbed.env["TLS_PORT"])
        if (cls.testbed.dir / "nginx.pid").exists():
            os.kill(cls.testbed.pid("nginx"), signal.SIGTERM)
            wait_until(lambda: not taken(cls.http) and not taken(cls.tls), "the testbed's own nginx has ended")
            (cls.testbed.dir / "nginx.pid").unlink()
