"""--manual: a person is told on the terminal what to publish, and presses Enter."""

import json
import re
import signal
import urllib.request

from terminal import SHELL, Session
from testbed import PipelineTest
from tools import LIMIT

PROMPT = "press Enter when that is done: "
GONE = "acme-challenge: this may be taken away now:\n"


class Manual(PipelineTest):

    def begin(self, options, names=("example.org", "*.example.org"), source="site.csr"):
        if source == "site.csr":
            self.csr(*names)
        # Bash would become the tool, were it the last command.
        return Session(self, f"acme-challenge {options} <{source} >out.json")

    def lines(self, session):
        """What is to be published: the lines of `show`."""
        return re.findall(r"(?m)^  (\S+ TXT \S+|http://\S+ \S+)$", session.said.split(GONE)[0])

    def publish(self, lines):
        """As a person would who reads them, by the management of the CA's DNS or in the web root."""
        for line in lines:
            place, *_, value = line.split(" ")
            if place.startswith("http://"):
                file = self.testbed.webroot / place.split("/", 3)[3]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(value)
                self.addCleanup(file.unlink)
            else:
                self.change_dns("set-txt", host=place + ".", value=value)
                self.addCleanup(self.change_dns, "clear-txt", host=place + ".")

    def change_dns(self, what, **members):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(f"{self.testbed.env['DNS_MANAGEMENT']}/{what}", json.dumps(members).encode()).close()

    def told(self, since):
        return any("/chalZ/" in request for request in self.testbed.requests(since=since))

    def test_dns(self):
        session = self.begin("--manual --type dns-01").until(PROMPT)
        self.assertEqual(session.said.count(PROMPT), 1)
        self.assertTrue(session.said.startswith("acme-challenge: please publish, and leave what else is there:\n  "))
        lines = self.lines(session)
        self.assertEqual([line.split(" ")[0] for line in lines], ["_acme-challenge.example.org"] * 2)
        heard = len(self.testbed.requests())
        self.publish(lines)
        self.assertFalse(self.told(heard))
        self.assertEqual(session.type("\n").end(), 0)
        self.assertEqual(session.said.split(GONE)[1].splitlines(), [f"  {line}" for line in lines])
        self.ok(self.sh("acme-finalize <out.json | acme-chain -o site.pem"))
        self.good_chain("site.pem", ["example.org", "*.example.org"])

    def test_http_beside_a_web_root(self):
        """It is asked only for what nothing else serves; -q changes nothing of that."""
        session = self.begin(f"-q --webroot www.example.org={self.testbed.webroot} --manual --type http-01",
                             ("www.example.org", "example.org")).until(PROMPT)
        lines = self.lines(session)
        self.assertRegex(lines[0], r"^http://example\.org/\.well-known/acme-challenge/\S+ \S+$")
        self.assertEqual(len(lines), 1)
        self.publish(lines)
        self.assertEqual(session.type("\r").end(), 0)

    def test_what_was_typed_before_does_not_count(self):
        self.env["ACME_TIMEOUT"] = "60"
        self.csr("example.org")
        session = Session(self, "mkfifo f; (cat site.csr; until [[ -e go ]]; do sleep 0.01; done) >f &"
                                " acme-challenge --manual --type dns-01 <f >out.json")
        session.type("\n\n")
        (self.dir / "go").touch()
        session.until(PROMPT)
        session.hear(0.5)
        self.assertNotIn(GONE, session.said)
        self.publish(self.lines(session))
        self.assertEqual(session.type("\n").end(), 0)

    def test_the_time_stands_still(self):
        session = self.begin("--manual --type dns-01 --timeout 2", ["example.org"]).until(PROMPT)
        self.publish(self.lines(session))
        session.hear(2.5)
        self.assertEqual(session.type("\n").end(), 0)

    def test_interrupted(self):
        heard = len(self.testbed.requests())
        session = self.begin("--manual --type dns-01").until(PROMPT).type("\x03")
        self.assertIn(session.end(), (-signal.SIGINT, 128 + signal.SIGINT))
        self.assertIn(GONE, session.said)
        self.assertFalse(self.told(heard))

    def test_nothing_stands_before_what_is_said_at_the_end(self):
        """What the tool was at has been on the same line."""
        self.csr("example.org")
        session = Session(self, "acme-challenge --manual --type dns-01 <site.csr >out.json 2>/dev/tty").until(PROMPT)
        self.publish(self.lines(session))
        self.assertEqual(session.type("\n").end(), 0)
        before, _ = session.said.split(GONE)
        self.assertIn("taking away what was put in place for example.org", before)
        self.assertRegex(before, r"\r\x1b\[K$")

    def test_stopped_and_gone_on_with(self):
        self.csr("example.org")
        (self.dir / "shell").write_text(SHELL)
        session = Session(self, "python3 shell acme-challenge --manual --type dns-01 <site.csr >out.json")
        session.until(PROMPT).type("\x1a").until(f"stopped by {signal.SIGTSTP:d}")
        self.publish(self.lines(session))
        self.assertEqual(session.type("\n").end(), 0)

    def test_hung_up(self):
        session = self.begin("--manual --type dns-01", ["example.org"]).until(PROMPT)
        session.hang_up()
        session.process.communicate(timeout=LIMIT)
        self.assertIn(session.process.returncode, (-signal.SIGHUP, 128 + signal.SIGHUP))

    def test_the_end_of_input(self):
        session = self.begin("--manual --type dns-01", ["example.org"]).until(PROMPT).type("\x04")
        self.assertEqual(session.end(), 78)
        self.assertIn("before anybody pressed Enter", session.err)

    def test_no_terminal(self):
        self.csr("example.org")
        heard = len(self.testbed.requests())
        result = self.run_tool("acme-challenge", "--manual", "--type", "dns-01", "-o", "out.json",
                               stdin=self.read("site.csr"), start_new_session=True)
        self.fails(result, 78, "--manual has no terminal")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_step_by_step(self):
        self.csr("example.org")
        self.save("order.json", self.step("acme-challenge order", "site.csr"))
        session = self.begin("publish --manual --type dns-01", source="order.json").until(PROMPT)
        lines = self.lines(session)
        self.publish(lines)
        self.assertEqual(session.type("\n").end(), 0)
        self.save("told.json", self.step("acme-challenge respond", "out.json"))
        self.save("ready.json", self.step("acme-challenge wait", "told.json"))
        session = self.begin("clean --manual --type dns-01", source="ready.json")
        self.assertEqual(session.end(), 0)
        self.assertEqual(session.said, GONE + f"  {lines[0]}\n")

    def test_who_was_asked_for_nothing_is_told_of_nothing(self):
        """What other solvers publish comes first, so that nobody works for an order that is lost."""
        self.csr("*.example.org", "www.example.org")
        self.save("order.json", self.step("acme-challenge order", "site.csr"))
        (self.dir / "web").mkdir()
        (self.dir / "web" / ".well-known").touch()
        session = self.begin("publish --webroot www.example.org=web --manual --type dns-01", source="order.json")
        self.assertEqual(session.end(), 73)
        self.assertEqual(session.said, "")
