"""A CA that is far away: what a round trip costs."""

import subprocess
import sys

from testbed import PipelineTest, wait_until
from tools import LIMIT, REPO, Result

sys.path.append(str(REPO / "scripts" / "benchmark"))
from relay import Relay  # noqa: E402


class FarTest(PipelineTest):

    def setup_method(self):
        super().setup_method()
        directory = self.env["ACME_DIRECTORY"]
        port = int(directory.split(":")[2].split("/")[0])
        self.relay = Relay(port, 0.3)
        self.addCleanup(self.relay.stop)
        self.env["ACME_DIRECTORY"] = directory.replace(f":{port}/", f":{self.relay.port}/")
        self.ok(self.sh("acme-register -k account.key --agree-tos -o account.json"))

    def test_a_document_comes_while_the_connection_is_being_opened(self):
        """What a server says of its own accord, before the first request, is no sign of an end (tickets in TLS 1.3)."""
        order = self.ok(self.sh('acme-csr -k site.key far.example.org | acme-challenge --webroot "$WEBROOT"')).out
        before = self.relay.connections
        pipe = subprocess.PIPE
        with subprocess.Popen(["acme-finalize"], stdin=pipe, stdout=pipe, stderr=pipe, cwd=self.dir, env=self.env) as process:
            self.addCleanup(process.kill)
            wait_until(lambda: self.relay.connections > before, "the first words of the handshake")
            out, err = process.communicate(order, timeout=LIMIT)
        self.ok(Result(process.returncode, out, err))
        self.assertEqual(self.relay.connections, before + 1)
