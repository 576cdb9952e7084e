"""What --explain teaches of the talk with the CA, and that it changes nothing else."""

import json
import re

from faults import bad_nonce
from lessons import Lessons
from scripted_ca import ScriptedCA
from testbed import PipelineTest, Testbed
from tools import ToolTest

STEPS = """
    acme-challenge --webroot "$WEBROOT" -o {folder}/ready.json <site.csr &&
      acme-finalize -o {folder}/valid.json <{folder}/ready.json &&
      acme-chain -o {folder}/site.pem <{folder}/valid.json
"""


class ExplainTest(Lessons, PipelineTest):
    def explained(self, *names, script=STEPS, status=0):
        """Issues for `names`; returns the lesson, and what the trace holds."""
        self.csr(*names)
        (self.dir / "first").mkdir()
        env = self.env | {"ACME_TRACE": "trace.jsonl", "ACME_EXPLAIN": "1", "TMPDIR": str(self.dir)}
        done = self.run_tool("bash", "-o", "pipefail", "-c", script.format(folder="first"), env=env)
        self.assertEqual(done.status, status, done)
        self.env["TMPDIR"] = str(self.dir)
        return done.err, [json.loads(line) for line in self.read("trace.jsonl").splitlines()]

    def test_every_request_is_explained_once(self):
        lesson, trace = self.explained("one.example", "two.example")
        exchanges = [(t["tool"], t["n"]) for t in trace]
        for what in ("request", "answer"):
            self.assertEqual(sorted(self.headings(lesson, what)), sorted(exchanges))
        for t in trace:
            said = re.findall(rf"(?m)^{t['tool']}: request {t['n']}: (.*)$", lesson)
            self.assertTrue(said[0].startswith(t["purpose"]), (said, t["purpose"]))
        self.readable(lesson)
        self.assertGreaterEqual(self.check(lesson), len({t["purpose"] for t in trace if "payload" in t["request"]}))

    def test_the_sections(self):
        lesson, _ = self.explained("one.example")
        for purpose, section in (("a nonce", "7.2"), ("newOrder", "7.4"), ("the authorization", "7.5"),
                                 ("the challenge", "7.5.1"), ("the order", "7.4"), ("finalize", "7.4"),
                                 ("the certificate", "7.4.2")):
            self.assertRegex(lesson, rf"(?m)^acme-[a-z]+: request \d+: {purpose} \(RFC 8555, section {section}\)$")
        for words in ("POST-as-GET", "key authorization", "who signed what", "cleaning up"):
            self.assertIn(words, lesson)

    def test_a_hundred_names_are_no_hundred_lessons(self):
        names = [f"n{number}.example" for number in range(12)]
        lesson, trace = self.explained(*names)
        self.assertEqual(len(re.findall(r"(?m)^acme-challenge: request \d+: the authorization \(", lesson)), 1)
        self.assertEqual(len(re.findall(r"request \d+: the authorization, as in request", lesson)), len(names) - 1)
        self.assertEqual(len(re.findall(r"(?m)^acme-challenge: the proof for ", lesson)), len(names))
        self.assertEqual(len(self.headings(lesson, "request")), len(trace))

    def test_nothing_else_changes(self):
        """Played again from the trace, with and without: the same requests, the same output."""
        self.explained("one.example", "two.example")
        for folder, explain in (("second", ""), ("third", "1")):
            (self.dir / folder).mkdir()
            env = self.env | {"ACME_REPLAY": "trace.jsonl", "ACME_EXPLAIN": explain, "ACME_TRACE": f"{folder}.jsonl"}
            done = self.run_tool("bash", "-c", STEPS.format(folder=folder), env=env)
            self.assertEqual((done.status, done.out), (0, b""), done)
            self.assertEqual(done.err != "", explain == "1", done)
            for name in "ready.json", "valid.json", "site.pem":
                self.assertEqual(self.read(f"{folder}/{name}"), self.read(f"first/{name}"))
        said = [[json.loads(line)["request"] for line in self.read(f"{folder}.jsonl").splitlines()]
                for folder in ("second", "third")]
        self.assertEqual(*said)

    def test_a_proof_that_isn_t_found(self):
        (self.dir / "elsewhere").mkdir()
        lesson, trace = self.explained("one.example", status=77, script="""
            acme-challenge --webroot elsewhere -o {folder}/ready.json <site.csr""")
        self.assertEqual(self.headings(lesson, "answer"), [("acme-challenge", t["n"]) for t in trace])
        self.assertIn("The CA looked, and did not find the proof", lesson)
        # The error comes last, as it does without a lesson.
        self.assertRegex(lesson.splitlines()[-1], r"^acme-challenge: hint: ")
        self.assertEqual(lesson.count(": error: "), 1)

    def test_steps_by_hand(self):
        self.csr("one.example", "*.one.example")
        order = self.run_tool("acme-challenge", "order", "--type", "dns-01", "--explain", stdin=self.read("site.csr"))
        self.assertEqual(order.status, 0, order)
        self.check(order.err)
        self.save("order.json", order)
        plain = self.step("acme-challenge show", "order.json")
        shown = self.run_tool("acme-challenge", "show", "--explain", stdin=order.out)
        self.assertEqual((shown.status, shown.out), (0, plain.out), shown)
        # The line of the first proof gives its value.
        (command,) = self.commands(shown.err)
        self.assertIn(f"TXT {self.bash(command).text}", plain.text)
        self.assertEqual(len(re.findall("(?m)^acme-challenge: the proof for ", shown.err)), 2)
        cancelled = self.run_tool("acme-challenge", "cancel", "--explain", stdin=order.out)
        self.assertEqual(cancelled.status, 0, cancelled)
        self.assertIn("the deactivation of the authorization (RFC 8555, section 7.5.2)", self.plain(cancelled.err))
        self.assertIn("We have given it up", cancelled.err)

    def test_what_must_stay_secret(self):
        env = self.env | Testbed.shared(EAB=1).env
        done = self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "--eab-kid", env["EAB_KID"],
                             "--eab-key-file", env["EAB_KEY_FILE"], "--explain", "-o", "eab.json", env=env)
        self.assertEqual((done.status, done.out), (0, b""), done)
        self.assertIn("externalAccountBinding: a second JWS inside the first", done.err)
        with open(env["EAB_KEY_FILE"]) as file:
            self.assertNotIn(file.read().strip(), done.err)
        lesson, _ = self.explained("one.example")
        for name in "account.key", "site.key":
            body = [line for line in self.read(name).decode().splitlines() if "-----" not in line]
            self.assertFalse([line for line in body if line in done.err + lesson])
        for file in self.dir.rglob("*.json"):
            self.assertNotIn("PRIVATE KEY", file.read_text())

    def test_silence_is_stronger_than_the_variable(self):
        self.csr("one.example")
        self.env["ACME_EXPLAIN"] = "1"
        self.ok(self.run_tool("acme-challenge", "order", "-q", "-o", "order.json", stdin=self.read("site.csr")))

    def test_the_chain(self):
        self.issue("one.example")
        done = self.run_tool("acme-chain", "--explain", "-o", "again.pem", stdin=self.read("site.pem"))
        self.assertEqual((done.status, done.out), (0, b""), done)
        self.readable(done.err)
        self.assertIn("certificate 1: CN=one.example has an ECDSA key on the curve P-256. Signed by CN=Pebble",
                      self.plain(done.err))
        (command,) = self.commands(done.err)
        verified = self.bash(command)
        self.assertEqual((verified.status, verified.text), (0, "again.pem: OK\n"), verified)


class KindsOfKeyTest(Lessons, ToolTest):
    """Every kind of account key: its signatures can be checked by hand."""

    def lesson(self, kind, script=()):
        with ScriptedCA(script, webroot=self.dir) as ca:
            self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle), "TMPDIR": str(self.dir)}
            self.ok(self.run_tool("acme-key", "--type", kind, "-o", "account.key"))
            return self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "--explain", "-o", "account.json")

    def test_signatures(self):
        for kind in "p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "ed25519":
            with self.subTest(kind):
                done = self.lesson(kind)
                self.assertEqual((done.status, done.out), (0, b""), done)
                self.assertEqual(self.check(done.err), 2)
                (self.dir / "account.key").unlink()

    def test_a_nonce_that_is_refused(self):
        done = self.lesson("p256", [("new-account", 2, bad_nonce())])
        self.assertEqual(done.status, 0, done)
        self.assertIn("it is too old, or was used", self.plain(done.err))
        self.assertIn("request 5: newAccount again, as in request 4, with a fresh nonce", self.plain(done.err))

    def test_a_ca_that_can_t_be_reached(self):
        self.ok(self.run_tool("acme-key", "-o", "account.key"))
        with ScriptedCA() as ca:
            self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle)}
        done = self.run_tool("acme-register", "-k", "account.key", "--explain")
        self.assertEqual(done.status, 69, done)
        self.assertRegex(done.err, r"(?m)^acme-register: answer 1: none came: ")

    def test_what_a_ca_says_is_escaped(self):
        """A CA that puts an escape sequence into its words doesn't steer the terminal."""
        evil = {"termsOfService": "https://ca.example/\u001b[31mterms\u202e"}
        with ScriptedCA(meta=evil, webroot=self.dir) as ca:
            self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle)}
            self.ok(self.run_tool("acme-key", "-o", "account.key"))
            done = self.run_tool("acme-register", "-k", "account.key", "--explain")
        self.assertEqual(done.status, 78, done)
        self.assertIn("terms", done.err)
        self.assertFalse(re.search("[\x00-\x09\x0b-\x1f\u202e]", done.err), done)


class KindsOfProofTest(Lessons, ToolTest):
    """Every challenge that a CA may offer: what is to be published, and how it comes about."""

    def test_shown(self):
        drafts = {"dns-account-01": {}, "dns-persist-01": {"issuer-domain-names": ["ca.example"]}}
        with ScriptedCA(webroot=self.dir, drafts=drafts) as ca:
            self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle)}
            self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key"}
            self.ok(self.sh("acme-key -o account.key && acme-register -k account.key --agree-tos -o account.json &&"
                            "acme-key | acme-csr one.example two.example | acme-challenge order -o order.json"))
        order = (self.dir / "order.json").read_bytes()
        plain = self.ok(self.run_tool("acme-challenge", "show", stdin=order))
        done = self.run_tool("acme-challenge", "show", "--explain", stdin=order)
        self.assertEqual((done.status, done.out), (0, plain.out), done)
        self.readable(done.err)
        said = self.plain(done.err)
        for section in ("http-01 (RFC 8555, section 8.3)", "dns-01 (RFC 8555, section 8.4)",
                        "dns-account-01 (draft-ietf-acme-dns-account-label)",
                        "dns-persist-01 (draft-ietf-acme-dns-persist)"):
            self.assertIn(f"the proof for one.example by {section}", said)
        self.assertEqual(len(re.findall("key authorization: token \".\" thumbprint", said)), 1)
        self.assertEqual(said.count("There is no token."), 1)
        self.assertEqual(len(re.findall("(?m)^acme-challenge: the proof for ", done.err)), len(plain.text.splitlines()))
        commands = self.commands(done.err)
        self.assertEqual(len(commands), 2)
        for command in commands:
            self.assertIn(f" TXT {self.bash(command).text}", plain.text)
