"""The renewal story as the manual and the README tell it, and acme-renewal before real CAs: with advice and without."""

import configparser
import json
import re
import shlex

from among_certifier import CertifierTest
from certificates import certificate, certificate_id
from manual import literal_blocks, section
from readme import example
from testbed import PipelineTest

PLACE = "/usr/local/sbin/renew"


class Story(PipelineTest):

    def setup_method(self):
        super().setup_method()
        self.script, self.crontab, self.service, self.timer = literal_blocks(
            section("acme-renewal.1", "THE RENEWAL STORY"))
        self.csr("example.org")
        (self.dir / "bin").mkdir()
        systemctl = self.dir / "bin" / "systemctl"
        systemctl.write_text("#!/bin/sh\necho \"$@\" >>reloads\n")
        systemctl.chmod(0o755)
        script = self.script.replace("/etc/ssl/acme", shlex.quote(str(self.dir)))
        (self.dir / "renew").write_text(script.replace("/var/www/html", shlex.quote(str(self.testbed.webroot))))
        (self.dir / "renew").chmod(0o755)

    def run_at(self, command):
        """Runs what cron or systemd would run."""
        self.assertEqual(command, PLACE)
        asked = len(self.testbed.requests())
        result = self.run_tool("sh", "-c", f"PATH={self.dir}/bin:$PATH; exec ./renew")
        reloads = self.dir / "reloads"
        return result, self.testbed.requests(asked), reloads.read_text().splitlines() if reloads.exists() else []

    def test_cron(self):
        path, line = self.crontab.splitlines()
        self.assertRegex(path, r"^PATH=\S*/usr/local/bin")
        fields, user, command = re.fullmatch(r"((?:[\d*/,]+ ){5}) *(\w+)  (.+)", line).groups()
        self.assertEqual((len(fields.split()), user), (5, "root"))
        result, asked, reloads = self.run_at(command)
        self.assertEqual((self.ok(result).out, reloads), (b"", ["reload nginx"]))
        self.good_chain("site.pem", ["example.org"])
        self.assertIn("POST /order-plz", asked)
        before = self.read("site.pem")
        result, asked, reloads = self.run_at(command)
        self.assertEqual((self.ok(result).out, asked, len(reloads)), (b"", ["GET /dir"], 1))
        self.assertEqual(self.read("site.pem"), before)

    def test_what_is_due_is_renewed(self):
        (self.dir / "site.pem").write_text(certificate(90, 80, ("example.org",)))
        result, _, reloads = self.run_at(PLACE)
        self.assertEqual((self.ok(result).out, len(reloads)), (b"", 1))
        self.good_chain("site.pem", ["example.org"])

    def test_what_can_t_be_read_is_a_failure(self):
        (self.dir / "site.pem").write_text("not a certificate\n")
        result, asked, reloads = self.run_at(PLACE)
        self.fails(result, 1, "site.pem: there is no PEM certificate")
        self.assertEqual((asked, reloads), ([], []))

    def test_a_timer(self):
        units = []
        for text in self.service, self.timer:
            unit = configparser.ConfigParser(interpolation=None)
            unit.optionxform = str
            unit.read_string(text)
            units.append(unit)
        service, timer = units
        self.assertEqual(service["Service"]["Type"], "oneshot")
        self.assertRegex(timer["Timer"]["OnCalendar"], r"^\*-\*-\* 00/6:\d\d:00$")
        self.assertEqual(timer["Install"]["WantedBy"], "timers.target")
        self.ok(self.run_at(service["Service"]["ExecStart"])[0])
        self.good_chain("site.pem", ["example.org"])

    def test_the_readme_tells_the_same(self):
        def words(text):
            return " ".join(text.replace("\\\n", " ").split())
        block = example("acme-renewal site.pem", "#!/bin/sh")
        self.assertEqual(words(block), words(self.script))
        self.assertEqual(example(PLACE).split(), self.crontab.splitlines()[1].split())

    def test_pebble_gives_no_advice(self):
        self.issue("example.org")
        asked = len(self.testbed.requests())
        result = self.run_tool("acme-renewal", "site.pem", "--trace", "trace")
        self.assertEqual((result.status, result.err), (1, ""), result)
        self.assertEqual(self.testbed.requests(asked), ["GET /dir"])


class Advice(CertifierTest):
    """acme2certifier has renewal information."""

    def test_a_window_and_what_is_replaced(self):
        self.csr("ns2.example.org")
        solver = "--standalone 127.0.0.2:80"
        self.ok(self.challenge(solver))
        self.issues("ns2.example.org")
        result = self.run_tool("acme-renewal", "site.pem", "--trace", "trace")
        self.assertEqual(result.err, "", result)
        document = json.loads(result.out)
        self.assertEqual(document["certID"], certificate_id(self.read("site.pem").decode()))
        self.assertLess(document["window"]["start"], document["window"]["end"])
        self.assertTrue(document["window"]["start"] <= document["renewAt"] <= document["window"]["end"])
        purposes = [json.loads(line)["purpose"] for line in self.read("trace").splitlines()]
        self.assertEqual(purposes, ["the directory", "the renewal information"])
        self.ok(self.challenge(f"{solver} --replaces site.pem"), quiet=False)
        order = self.load("out.json")
        self.assertEqual(order["asked"]["replaces"], document["certID"])
        self.assertIn(order["replaced"], (True, False))
        self.issues("ns2.example.org")
