"""Web servers that are right, or wrong in one way or another, at the addresses that the names in sites.example lead to
(see nameservers.py): nginx, in the network of the name servers."""

import shutil
import subprocess
import sys

from apart import environment
from testbed import wait_until
from tools import LIMIT

OLD, NEW = "fd00::5", "fd00::6"

# One that doesn't take any connection, and has as many waiting as it lets: what comes then is lost without a word. One
# that takes them and says nothing, and one that goes on for ever, slowly. A name server that never answers.
WALL = """
import socket, time
ends = [socket.socket() for _ in range(4)]
ends[0].bind(("127.0.0.31", 80))
ends[0].listen(0)
for end in ends[1:]:
    end.setblocking(False)
    end.connect_ex(("127.0.0.31", 80))
silent = socket.create_server(("127.0.0.34", 80))
slow = socket.create_server(("127.0.0.35", 80))
silent_tls = socket.create_server(("127.0.0.38", 443))
silent_dns = socket.socket(type=socket.SOCK_DGRAM)
silent_dns.bind(("127.0.0.39", 53))
print("ready", flush=True)
while True:
    connection, _ = slow.accept()
    connection.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
    try:
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)
    except OSError:
        pass
"""

CONFIGURATION = """
worker_processes 1; daemon off; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log {dir}/access.log; server_tokens off;
    client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u;
    scgi_temp_path {dir}/s;
    server {{ listen 127.0.0.20:80; listen [{new}]:80; root {root}; }}
    server {{ listen [{old}]:80; location / {{ return 404; }} }}
    server {{ listen 127.0.0.21:80; default_type text/html;
             location / {{ return 200 "<html><head><title>Somebody\\n else</title>"; }} }}
    server {{ listen 127.0.0.22:80; location / {{ return 302 http://$host/round; }} }}
    server {{ listen 127.0.0.23:80; location / {{ return 301 https://$host$request_uri; }} }}
    server {{ listen 127.0.0.23:443 ssl; ssl_certificate {dir}/tls.pem; ssl_certificate_key {dir}/tls.key;
             root {root}; }}
    server {{ listen 127.0.0.24:80; location / {{ return 308 http://both.sites.example$request_uri; }} }}
    server {{ listen 127.0.0.25:80; location / {{ return 302 http://good.sites.example:8080/; }} }}
    server {{ listen 127.0.0.26:80; location / {{ return 302 http://gone.sites.example/; }} }}
    server {{ listen 127.0.0.27:80; location / {{ return 302 ftp://good.sites.example/; }} }}
    server {{ listen 127.0.0.28:80; location / {{ return 444; }} }}
    server {{ listen 127.0.0.32:80; location / {{ return 302 ${{request_uri}}x; }} }}
    server {{ listen 127.0.0.33:80; root {dir}; location / {{ rewrite ^ /big break; }} }}
    server {{ listen 127.0.0.36:80; location / {{ return 302 http://far.sites.example$request_uri; }} }}
    server {{ listen 127.0.0.37:80; location / {{ return 302 http://www.mum.sites.example/; }} }}
}}
"""


class Sites:
    """Ended with the test; `root` is what the right ones show."""

    def __init__(self, test):
        self.apart = test.names.apart
        self.dir, self.root = test.dir / "nginx", test.dir / "root"
        for folder in self.dir, self.root:
            folder.mkdir()
        test.dir.chmod(0o711)  # the worker may be somebody else
        for address in OLD, NEW:
            self.apart.run("ip", "address", "replace", f"{address}/128", "dev", "lo", check=True)
        wall = self.apart.start(sys.executable, "-c", WALL, stdout=subprocess.PIPE)
        test.addCleanup(wall.communicate)
        test.addCleanup(wall.kill)
        assert wall.stdout.readline() == b"ready\n"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=another.example", "-keyout", self.dir / "tls.key", "-out", self.dir / "tls.pem"],
                       check=True, capture_output=True, timeout=LIMIT)
        (self.dir / "big").write_bytes(b"y" * (50 << 20))
        (self.dir / "nginx.conf").write_text(CONFIGURATION.format(dir=self.dir, root=self.root, old=OLD, new=NEW))
        with open(self.dir / "output", "wb") as log:
            process = self.apart.start(shutil.which("nginx", path=environment()["PATH"]), "-c", self.dir / "nginx.conf",
                                       "-p", self.dir, stdout=log, stderr=log)
        test.addCleanup(process.wait, LIMIT)
        test.addCleanup(process.terminate)
        wait_until(lambda: process.poll() is not None or self.requests() is not None and self.answers(), "nginx runs")
        assert process.poll() is None, (self.dir / "output").read_text()

    def answers(self):
        return self.apart.run("curl", "-s", "http://127.0.0.21/").returncode == 0

    def requests(self):
        log = self.dir / "access.log"
        return log.read_text().splitlines() if log.exists() else None

    def files(self):
        """What is shown now."""
        return [path for path in self.root.rglob("*") if path.is_file()]
