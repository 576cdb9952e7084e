"""acme-challenge ended from outside while the CA is at work."""

import signal
import subprocess

from testbed import PipelineTest, wait_until
from tools import LIMIT


class Signals(PipelineTest):
    """The web server hangs, so that the CA waits for the proof until the test has done what it wants to do."""

    def setup_method(self):
        super().setup_method()
        self.csr("example.org")
        self.addCleanup(self.take_away)
        self.testbed.freeze(self, "nginx")

    def take_away(self):
        """What a killed process had to leave."""
        for path in self.testbed.webroot.rglob("*"):
            if path.is_file():
                path.unlink()

    def begin(self, source="site.csr"):
        """Starts acme-challenge; comes back when its proof is in place and the CA has been told."""
        heard = len(self.testbed.requests())
        with open(self.dir / source, "rb") as stdin:
            process = subprocess.Popen(["acme-challenge", "--webroot", self.env["WEBROOT"]], stdin=stdin, cwd=self.dir,
                                       env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        wait_until(lambda: any("/chalZ/" in r for r in self.testbed.requests(since=heard)), "the CA was told")
        self.assertEqual(len(self.testbed.tokens()), 1)
        return process

    def ends_by(self, number, process):
        process.send_signal(number)
        process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, -number)
        self.assertEqual(self.testbed.tokens(), [])

    def test_int(self):
        self.ends_by(signal.SIGINT, self.begin())

    def test_term(self):
        self.ends_by(signal.SIGTERM, self.begin())

    def test_hup(self):
        self.ends_by(signal.SIGHUP, self.begin())

    def test_while_the_ca_is_silent(self):
        """The tool waits for an answer that doesn't come."""
        process = self.begin()
        self.testbed.freeze(self, "pebble")
        self.ends_by(signal.SIGTERM, process)

    def test_killed_and_gone_on_with(self):
        """Nothing could be taken away. The order document still leads to the certificate, and to what was left."""
        self.save("order.json", self.step("acme-challenge order", "site.csr"))
        process = self.begin("order.json")
        process.kill()
        process.wait()
        self.assertEqual(len(self.testbed.tokens()), 1)
        self.testbed.thaw("nginx")
        self.ok(self.sh("""
            acme-challenge --webroot "$WEBROOT" <order.json | acme-finalize | acme-chain -o site.pem
            acme-challenge clean --webroot "$WEBROOT" <order.json >/dev/null"""))
        self.good_chain("site.pem", ["example.org"])
        self.assertEqual(self.testbed.tokens(), [])

    def test_pipeline_ends_as_one(self):
        """A Ctrl-C reaches every process of it; the shell sees the signal, and nothing is written."""
        heard = len(self.testbed.requests())
        script = 'acme-challenge --webroot "$WEBROOT" <site.csr | acme-finalize | acme-chain -o site.pem'
        process = subprocess.Popen(["bash", "-c", script], cwd=self.dir, env=self.env, start_new_session=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        wait_until(lambda: any("/chalZ/" in r for r in self.testbed.requests(since=heard)), "the CA was told")
        subprocess.run(["kill", "-INT", "--", f"-{process.pid}"], check=True)
        process.communicate(timeout=LIMIT)
        self.assertNotEqual(process.returncode, 0)
        wait_until(lambda: self.testbed.tokens() == [], "cleaned up")
        self.assertFalse((self.dir / "site.pem").exists())
