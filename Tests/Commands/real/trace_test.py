"""What --trace keeps of the talk with the CA, and --replay gives back without one."""

import json
import os
import re
import stat
import subprocess

import pytest
from testbed import PipelineTest, Testbed

# The pipeline; every step is left in a file.
STEPS = """
    acme-challenge --webroot "$WEBROOT" -o {folder}/ready.json <site.csr &&
      acme-finalize -o {folder}/valid.json <{folder}/ready.json &&
      acme-chain -o {folder}/site.pem <{folder}/valid.json
"""
NO_NETWORK = ["unshare", "--user", "--map-root-user", "--net"]


class Traced(PipelineTest):
    def traced(self, *names):
        """Issues for `names`; returns the trace of it."""
        self.csr(*names)
        (self.dir / "first").mkdir()
        self.env["ACME_TRACE"] = "trace.jsonl"
        self.silent(STEPS.format(folder="first"))
        del self.env["ACME_TRACE"]
        return self.lines()

    def silent(self, script):
        done = self.ok(self.sh(script))
        self.assertEqual(done.out, b"")

    def lines(self):
        return [json.loads(line) for line in self.read("trace.jsonl").splitlines()]


class TraceTest(Traced):
    def test_every_exchange_is_there(self):
        heard = len(self.testbed.requests())
        trace = self.traced("one.example", "two.example")
        # Pebble logs which handler it called: the path up to what is only this object's.
        paths = [re.sub("^https://[^/]*|(?<=[a-zA-Z]/)[^/]*$", "", t["request"]["url"]) for t in trace]
        asked = [f"{t['request']['method']} {path}" for t, path in zip(trace, paths)]
        self.assertEqual(sorted(asked), sorted(self.testbed.requests(since=heard)))
        self.assertEqual([t["tool"] for t in trace],
                         sorted((t["tool"] for t in trace), key=["acme-challenge", "acme-finalize", "acme-chain"].index))
        for tool in {t["tool"] for t in trace}:
            ours = [t for t in trace if t["tool"] == tool]
            self.assertEqual([t["n"] for t in ours], list(range(1, len(ours) + 1)))
            self.assertEqual(len({t["pid"] for t in ours}), 1)
        order = next(t for t in trace if t["purpose"] == "newOrder")
        self.assertEqual(order["request"]["payload"]["identifiers"],
                         [{"type": "dns", "value": n} for n in ("one.example", "two.example")])
        self.assertEqual(order["response"]["status"], 201)
        self.assertEqual(order["response"]["body"]["status"], "pending")
        self.assertEqual(trace[-1]["response"]["body"], self.read("first/site.pem").decode())

    def test_only_its_owner_reads_it_and_nothing_in_it_is_secret(self):
        self.traced("one.example")
        self.assertEqual(stat.S_IMODE(os.stat(self.dir / "trace.jsonl").st_mode), 0o600)
        text = self.read("trace.jsonl").decode().lower()
        for word in ("nonce\"", "signature", "private", "externalaccountbinding"):
            self.assertNotIn(f"{word}:" if word.endswith('"') else word, text)

    def test_an_external_account_s_key_is_not_in_it(self):
        env = self.env | Testbed.shared(EAB=1).env
        done = self.run_tool("acme-register", "-k", "account.key", "--agree-tos", "--eab-kid", env["EAB_KID"],
                             "--eab-key-file", env["EAB_KEY_FILE"], "--trace", "eab.jsonl", "-o", "eab.json", env=env)
        self.ok(done)
        text = self.read("eab.jsonl").decode()
        self.assertIn("newAccount", text)
        self.assertNotIn("externalAccountBinding", text)
        self.assertNotIn(env["EAB_KID"], text)

    def test_it_is_appended_to(self):
        (self.dir / "trace.jsonl").write_text('{"kept": true}\n')
        self.assertEqual(self.traced("one.example")[0], {"kept": True})

    def test_behind_a_line_that_was_cut_off(self):
        trace = self.dir / "trace.jsonl"
        for fragment in '{"milliseconds":12', '{"note":"mine"}':
            with self.subTest(fragment):
                trace.write_text(fragment)
                self.ok(self.run_tool("acme-register", "show", "--trace", "trace.jsonl"))
                first, *others = trace.read_text().splitlines()
                self.assertEqual(first, fragment)
                self.assertEqual({json.loads(line)["tool"] for line in others}, {"acme-register"})

    def test_on_stderr(self):
        self.csr("one.example")
        done = self.run_tool("acme-challenge", "--webroot", self.env["WEBROOT"], "--trace", "-", "-o", "ready.json",
                             stdin=self.read("site.csr"))
        self.assertEqual((done.status, done.out), (0, b""), done)
        self.assertEqual({json.loads(line)["tool"] for line in done.err.splitlines()}, {"acme-challenge"})

    def test_where_it_can_t_be_written(self):
        self.csr("one.example")
        heard = len(self.testbed.requests())
        done = self.run_tool("acme-challenge", "--webroot", self.env["WEBROOT"], "--trace", "none/trace",
                             "-o", "ready.json", stdin=self.read("site.csr"))
        self.assertEqual(done.status, 73, done)
        self.assertRegex(done.err, r"^acme-challenge: error: can't write the trace none/trace: [^\n]*\n$")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_a_full_disk_doesn_t_cost_the_certificate(self):
        self.csr("one.example")
        done = self.run_tool("acme-challenge", "--webroot", self.env["WEBROOT"], "--trace", "/dev/full",
                             "-o", "ready.json", stdin=self.read("site.csr"))
        self.assertEqual(done.status, 0, done)
        self.assertRegex(done.err, r"^acme-challenge: warning: writing the trace /dev/full failed: [^\n]*\n$")


class ReplayTest(Traced):
    """From what was recorded the same comes again, to the byte."""

    def replay(self, script, *wrapper):
        return self.run_tool(*wrapper, "bash", "-o", "pipefail", "-c", script,
                             env=self.env | {"ACME_REPLAY": "trace.jsonl"})

    def same(self, *names):
        for name in names:
            self.assertEqual(self.read(f"second/{name}"), self.read(f"first/{name}"), name)

    @pytest.mark.skipif(subprocess.run([*NO_NETWORK, "true"], capture_output=True).returncode,
                        reason="this system lets nobody have a network of their own")
    def test_without_any_network(self):
        self.traced("one.example", "two.example")
        (self.dir / "second").mkdir()
        done = self.ok(self.replay(STEPS.format(folder="second"), *NO_NETWORK))
        self.assertEqual(done.out, b"")
        self.same("ready.json", "valid.json", "site.pem")

    def test_piped_though_it_was_recorded_in_steps(self):
        self.traced("one.example")
        (self.dir / "second").mkdir()
        heard = len(self.testbed.requests())
        self.ok(self.replay('acme-challenge --webroot "$WEBROOT" <site.csr | acme-finalize | '
                            "acme-chain -o second/site.pem"))
        self.same("site.pem")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_verb_by_verb(self):
        """The same tool several times in one trace: each finds its own run."""
        self.csr("one.example")
        script = """
            mkdir {0} && acme-challenge order --type http-01 -o {0}/order.json <site.csr &&
            acme-challenge publish --webroot "$WEBROOT" -o {0}/published.json <{0}/order.json &&
            acme-challenge respond -o {0}/told.json <{0}/published.json &&
            acme-challenge wait -o {0}/ready.json <{0}/told.json &&
            acme-challenge clean --webroot "$WEBROOT" -o {0}/clean.json <{0}/ready.json
        """
        self.env["ACME_TRACE"] = "trace.jsonl"
        self.silent(script.format("first"))
        del self.env["ACME_TRACE"]
        self.ok(self.replay(script.format("second")))
        self.same("order.json", "published.json", "told.json", "ready.json", "clean.json")

    def test_a_failure_is_played_again_too(self):
        (self.dir / "elsewhere").mkdir()
        self.csr("one.example")
        run = ["acme-challenge", "--webroot", "elsewhere"]
        first = self.run_tool(*run, "--trace", "trace.jsonl", stdin=self.read("site.csr"))
        again = self.run_tool(*run, "--replay", "trace.jsonl", stdin=self.read("site.csr"))
        self.assertEqual(first.status, 77, first)
        self.assertEqual((again.status, again.out, again.err), (first.status, first.out, first.err))

    def test_the_dns_is_left_alone(self):
        self.traced("one.example")
        (self.dir / "second").mkdir()
        self.ok(self.replay('acme-challenge --webroot "$WEBROOT" --dns-wait 1 --resolver 192.0.2.1 '
                            "-o second/ready.json <site.csr"))
        self.same("ready.json")
        self.fails(self.replay('acme-challenge --webroot "$WEBROOT" --dns-follow -o no.json <site.csr'), 64, "a trace")

    def test_what_isn_t_in_the_trace(self):
        self.traced("one.example")
        self.csr("three.example")
        heard = len(self.testbed.requests())
        done = self.replay('acme-challenge --webroot "$WEBROOT" -o no.json <site.csr')
        self.assertEqual(done.status, 65, done)
        self.assertRegex(done.err, r"^acme-challenge: error: the trace trace.jsonl \(ACME_REPLAY\) has no "
                                   r"answer to this request: POST https://\S+ \(newOrder\)\n$")
        self.assertFalse((self.dir / "no.json").exists())
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_what_is_no_trace(self):
        self.csr("one.example")
        for content, words in ((b"no JSON\n", "line 1"), (b'{"tool": "acme-chain"}\n', "line 1"), (b"\xff\xfe", "line 1")):
            (self.dir / "trace.jsonl").write_bytes(content)
            done = self.replay('acme-challenge --webroot "$WEBROOT" -o no.json <site.csr')
            self.assertEqual(done.status, 65, done)
            self.assertRegex(done.err, rf"^acme-challenge: error: trace.jsonl \(ACME_REPLAY\), {words}: [^\n]*\n$")
        (self.dir / "trace.jsonl").unlink()
        self.assertEqual(self.replay('acme-challenge --webroot "$WEBROOT" -o no.json <site.csr').status, 66)
