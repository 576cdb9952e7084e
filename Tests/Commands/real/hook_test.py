"""--hook: a program of the user's puts the proofs in place and takes them away."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

from manual import literal_blocks, section
import pytest
from bind import Bind
from clean import hidden
from testbed import PipelineTest, wait_until
from tools import LIMIT, REPO, quoted

HOOKS = REPO / "scripts" / "hooks"

# Notes what it gets, a line a call, and does as it is told: by the CA's DNS, or in the web root.
RECORDER = """#!/usr/bin/env python3
import json, os, pathlib, signal, sys, time, urllib.request
text = sys.stdin.read()
name = os.environ.get("ACME_DNS_NAME")
began = time.monotonic()
if name:
    change = {"present": ("set-txt", {"host": name + ".", "value": os.environ["ACME_DNS_VALUE"]}),
              "cleanup": ("clear-txt", {"host": name + "."})}[sys.argv[-1]]
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        f"{os.environ['DNS_MANAGEMENT']}/{change[0]}", json.dumps(change[1]).encode()).close()
elif "ACME_HTTP_PATH" in os.environ:
    file = pathlib.Path(os.environ["WEBROOT"] + os.environ["ACME_HTTP_PATH"])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(os.environ["ACME_KEY_AUTHORIZATION"]) if sys.argv[-1] == "present" else file.unlink()
note = {"argv": sys.argv[1:], "stdin": text, "environment": dict(os.environ), "times": [began, time.monotonic()],
        "descriptors": sorted(os.listdir("/proc/self/fd"))[:-1],
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, []))}
with open("calls", "a") as calls:
    calls.write(json.dumps(note) + "\\n")
"""


class HookTest(PipelineTest):
    """`self.hook` writes one into the test's folder, which is where it then runs."""

    def setup_method(self):
        super().setup_method()
        self.addCleanup(lambda: [os.kill(process, signal.SIGKILL) for process in self.left()])

    def hook(self, script, name="hook"):
        path = self.dir / name
        path.write_text(script if script.startswith("#!") else f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)
        return f"./{name}"

    def challenge(self, *options, env=None):
        return self.run_tool("acme-challenge", *options, stdin=self.read("site.csr"), env=env)

    def calls(self):
        """What the recorder noted."""
        return [json.loads(line) for line in self.read("calls").splitlines()]

    def said(self, name="said"):
        """The lines that a hook wrote into a file of the test's folder."""
        path = self.dir / name
        return path.read_text().splitlines() if path.exists() else []

    def left(self):
        """The processes that run in the test's folder: hooks, and what they started."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").samefile(self.dir):
                    found.append(int(process.name))
            except OSError:
                pass
        return found

    def challenges(self, document, kind):
        """Each authorization's challenge of this type, with the identifier as the CA wrote it."""
        return [(authorization["identifier"], challenge) for authorization in document["authorizations"]
                for challenge in authorization["challenges"] if challenge["type"] == kind]


class WhatItGets(HookTest):

    def setup_method(self):
        super().setup_method()
        self.hook(RECORDER)

    def expected(self, identifier, challenge, member, **variables):
        """stdin and variables of a call, from the order document."""
        document = {"identifier": identifier, "keyAuthorization": challenge["keyAuthorization"],
                    "token": challenge["token"], "type": challenge["type"], member: challenge[member]}
        return document, {
            "ACME_TYPE": challenge["type"], "ACME_IDENTIFIER": identifier["value"], "ACME_TOKEN": challenge["token"],
            "ACME_KEY_AUTHORIZATION": challenge["keyAuthorization"]} | variables

    def got(self, call):
        ours = ("ACME_TYPE", "ACME_IDENTIFIER", "ACME_TOKEN", "ACME_KEY_AUTHORIZATION", "ACME_DNS_NAME",
                "ACME_DNS_VALUE", "ACME_HTTP_PATH")
        return json.loads(call["stdin"]), {n: v for n, v in call["environment"].items() if n in ours}

    def run_both(self, document, expected):
        """Each of `expected` was presented, and cleaned, in this order and one after the other."""
        calls = self.calls()
        words = [["present"]] * len(expected) + [["cleanup"]] * len(expected)
        self.assertEqual([call["argv"] for call in calls], words)
        self.assertEqual([self.got(call) for call in calls], expected * 2)
        times = [time for call in calls for time in call["times"]]
        self.assertEqual(times, sorted(times))

    def test_dns(self):
        self.csr("*.example.org", "www.example.org")
        self.save("ready.json", self.ok(self.challenge("--hook", "./hook")))
        expected = [
            self.expected(identifier, challenge, "dns", ACME_DNS_NAME="_acme-challenge." + identifier["value"],
                          ACME_DNS_VALUE=challenge["dns"]["value"])
            for identifier, challenge in self.challenges(self.load("ready.json"), "dns-01")]
        self.assertEqual({e[1]["ACME_IDENTIFIER"] for e in expected}, {"example.org", "www.example.org"})
        self.run_both("ready.json", expected)
        self.ok(self.sh("acme-finalize <ready.json | acme-chain -o site.pem"))
        self.good_chain("site.pem", ["*.example.org", "www.example.org"])

    def test_http(self):
        self.csr("example.org", "127.0.0.1")
        self.save("ready.json", self.ok(self.challenge("--type", "http-01", "--hook", "./hook")))
        expected = [
            self.expected(identifier, challenge, "http",
                          ACME_HTTP_PATH="/.well-known/acme-challenge/" + challenge["token"])
            for identifier, challenge in self.challenges(self.load("ready.json"), "http-01")]
        self.assertIn(({"type": "ip", "value": "127.0.0.1"}), [e[0]["identifier"] for e in expected])
        self.run_both("ready.json", expected)
        self.ok(self.sh("acme-finalize <ready.json | acme-chain -o site.pem"))
        self.assertEqual(self.names_of("site.pem"), ["DNS:example.org", "IP Address:127.0.0.1"])
        self.assertEqual(self.testbed.tokens(), [])

    def test_tls(self):
        self.csr("example.org")
        self.save("order.json", self.ok(self.challenge("order", "--type", "tls-alpn-01")))
        for verb in "publish", "clean":
            self.step(f"acme-challenge {verb}", "order.json", "--type", "tls-alpn-01", "--hook", "./hook")
        (identifier, challenge), = self.challenges(self.load("order.json"), "tls-alpn-01")
        self.run_both("order.json", [self.expected(identifier, challenge, "tls")])

    def test_stdin_is_one_line(self):
        self.csr("example.org")
        self.ok(self.challenge("--hook", "./hook"))
        for call in self.calls():
            document = json.loads(call["stdin"])
            self.assertEqual(call["stdin"], json.dumps(document, sort_keys=True, separators=(",", ":")) + "\n")

    def test_the_rest_of_its_environment(self):
        """That of the caller, without the secret that is none of its business."""
        self.csr("example.org")
        self.env |= {"ACME_EAB_HMAC_KEY": "c2VjcmV0", "LEXICON_CLOUDFLARE_TOKEN": "provider's", "ODD": "a=b\nc"}
        self.ok(self.challenge("--hook", "./hook"))
        for call in self.calls():
            self.assertNotIn("ACME_EAB_HMAC_KEY", call["environment"])
            self.assertNotIn("c2VjcmV0", call["environment"].values())
            self.assertEqual(call["environment"]["LEXICON_CLOUDFLARE_TOKEN"], "provider's")
            self.assertEqual(call["environment"]["ODD"], "a=b\nc")

    def test_it_inherits_nothing_else(self):
        """No connection to the CA, and no signal that is held back."""
        self.csr("example.org")
        self.ok(self.challenge("--hook", "./hook"))
        for call in self.calls():
            self.assertEqual(call["descriptors"], ["0", "1", "2"])
            self.assertEqual(call["blocked"], 0)

    def test_variables_of_another_challenge_are_not_handed_on(self):
        """acme-challenge may itself be run by a hook, or by a shell that once exported them."""
        self.csr("example.org")
        self.env |= {"ACME_DNS_NAME": "_acme-challenge.stale.example", "ACME_DNS_VALUE": "stale"}
        self.save("order.json", self.ok(self.challenge("order", "--type", "http-01")))
        note = self.hook('cat >/dev/null; env | grep "^ACME_DNS_" >>said', "note")
        self.run_tool("acme-challenge", "publish", "--type", "http-01", "--hook", note, stdin=self.read("order.json"))
        self.assertEqual(self.said(), [])

    def test_names_of_the_web_root_and_of_the_hook(self):
        self.csr("example.org", "www.example.org", "*.example.org")
        self.ok(self.challenge("--webroot", f"www.example.org={self.testbed.webroot}", "--hook", "./hook"))
        self.assertEqual([call["environment"]["ACME_IDENTIFIER"] for call in self.calls()], ["example.org"] * 4)
        self.assertEqual(self.testbed.tokens(), [])


class Words(HookTest):
    """How the text after --hook becomes a command."""

    def setup_method(self):
        super().setup_method()
        self.csr("example.org")
        self.save("order.json", self.ok(self.challenge("order", "--type", "dns-01")))
        self.hook('for word; do printf "<%s>\\n" "$word"; done >>said')

    def publish(self, command):
        return self.run_tool("acme-challenge", "publish", "--hook", command, stdin=self.read("order.json"))

    def test_quoting(self):
        home, here = self.env.get("HOME", ""), sorted(path.name for path in self.dir.iterdir())
        self.assertTrue(home and here)
        for command, words in [
            ("./hook", []), ("  ./hook \t a   b\n", ["a", "b"]), ("./hook 'a b'", ["a b"]), ('./hook "a b"', ["a b"]),
            (r"./hook a\ b", ["a b"]), ("'./hook'", []), (r"./hook ''", [""]), ('./hook ""x', ["x"]),
            (r"""./hook a'b c'"d e"f""", ["ab cd ef"]), (r"""./hook 'a"b' "c'd" """, ['a"b', "c'd"]),
            (r"""./hook 'a\b' "c\"d" "e\\f" "g\h" \"i""", ["a\\b", 'c"d', "e\\f", "g\\h", '"i']),
            ("./hook ü 'é ß'", ["ü", "é ß"]),
            ("./hook $HOME ${HOME} ~ * ? [a-z] {a,b} #x !x", ["$HOME", "${HOME}", "~", "*", "?", "[a-z]", "{a,b}", "#x",
                                                            "!x"]),
            ("./hook a; echo b", ["a;", "echo", "b"]), ("./hook a && b | c > d < e &", "a && b | c > d < e &".split()),
            ("./hook $(id) `id` \"$HOME\" \"`id`\"", ["$(id)", "`id`", "$HOME", "`id`"]),
        ]:
            with self.subTest(command):
                self.ok(self.publish(command))
                self.assertEqual(self.said(), [f"<{word}>" for word in [*words, "present"]])
                (self.dir / "said").unlink()
        self.assertEqual(sorted(path.name for path in self.dir.iterdir()), here)

    def test_a_command_with_a_blank_in_it(self):
        (self.dir / "a folder").mkdir()
        (self.dir / "hook").rename(self.dir / "a folder" / "hook")
        self.ok(self.publish("'./a folder/hook'"))
        self.assertEqual(self.said(), ["<present>"])

    def test_found_by_path(self):
        self.env["PATH"] += f":{self.dir}"
        self.ok(self.publish("hook x"))
        self.assertEqual(self.said(), ["<x>", "<present>"])

    def test_no_command(self):
        for command in ("", "  ", "''", "'hook", '"hook', "hook \\", "hook 'a\" b"):
            with self.subTest(command):
                self.fails(self.publish(command), 64, "--hook")

    def test_type_without_hook(self):
        for verb in ([], ["publish"], ["clean"]):
            for solver in ([], ["--webroot", "."]):
                with self.subTest(verb=verb, solver=solver):
                    result = self.run_tool("acme-challenge", *verb, "--type", "dns-01", *solver, "-o", "out.json")
                    self.fails(result, 64, "--type")
        self.fails(self.challenge("order", "--type", "dns-01", "--webroot", ".", "-o", "out.json"), 64, "--type")
        self.fails(self.challenge("--hook", "./hook", "--type", "dns-02", "-o", "out.json"), 64, "dns-02")

    def test_what_a_type_cannot_prove(self):
        heard = len(self.testbed.requests())
        for name, options in [("*.example.org", ["--type", "http-01"]), ("*.example.org", ["--type", "tls-alpn-01"]),
                              ("127.0.0.1", []), ("::1", ["--type", "dns-01"])]:
            with self.subTest(name=name, options=options):
                self.csr("example.com", name)
                self.fails(self.challenge("--hook", "./hook", *options, "-o", "out.json"), 64, re.escape(name))
        self.assertEqual(self.testbed.requests(since=heard), [])
        self.assertEqual(self.said(), [])


class WhatItSays(HookTest):

    def setup_method(self):
        super().setup_method()
        self.csr("example.org")
        self.save("order.json", self.ok(self.challenge("order", "--type", "dns-01")))

    def publish(self, script, *options):
        return self.run_tool("acme-challenge", "publish", "--hook", self.hook(script), *options,
                             stdin=self.read("order.json"))

    def test_stdout_is_discarded(self):
        result = self.ok(self.publish("echo not for you; seq 100000"))
        self.assertEqual(json.loads(result.out)["format"], "acme-order/1")

    def test_stderr_is_passed_on_escaped(self):
        result = self.publish(r"""printf 'one\n\033[31mred\033[0m \r\b\x07\x9b2J\xe2\x80\xaeabc\n\xff\xfe\nlast' >&2""")
        self.ok(result, quiet=False)
        self.assertEqual(hidden(result.err), [])
        lines = result.err.splitlines()
        self.assertEqual(len(lines), 4, result)
        self.assertTrue(lines[0].endswith("one"), result)
        self.assertRegex(lines[1], r"\[31mred")
        self.assertTrue(lines[3].endswith("last"), result)

    def test_stderr_is_cut(self):
        started = time.monotonic()
        result = self.publish("head -c 100000 /dev/zero | tr '\\0' x >&2; yes | head -c 50000000 >&2")
        self.ok(result, quiet=False)
        self.assertLess(len(result.err), 2_000_000)
        self.assertLess(time.monotonic() - started, 30)

    def test_stderr_that_never_ends(self):
        """The hook has ended; what it left running goes on talking."""
        result = self.publish("yes >&2 & exit 0", "--timeout", "3")
        self.ok(result, quiet=False)

    def test_stdin_that_is_not_read(self):
        self.ok(self.publish("exec <&-; exit 0"))

    def test_closed_stderr(self):
        self.ok(self.publish("exec 2>&-; sleep 0.3; exit 0"))


@pytest.mark.begun_first
class Failing(HookTest):

    def setup_method(self):
        super().setup_method()
        self.csr("a.example.org", "b.example.org", "c.example.org")
        self.log = 'cat >/dev/null; echo "$1 $ACME_IDENTIFIER" >>said\n'

    def order_of(self, verb):
        return [line.split()[1] for line in self.said() if line.startswith(verb)]

    def cleaned_after(self, result, status, message):
        """The second name failed: the first two were cleaned, the third never begun."""
        self.fails(result, status, message)
        self.assertIn(self.order_of("present")[1], result.err)
        self.assertEqual(len(self.order_of("present")), 2)
        self.assertEqual(sorted(self.order_of("cleanup")), sorted(self.order_of("present")))
        wait_until(lambda: not self.left(), "every process of the hook is gone", seconds=3)

    def second(self, command):
        """A hook that does `command` when it is to present its second record."""
        return self.hook(f'{self.log}[[ $1 == cleanup || $(grep -c present said) == 1 ]] || {{ {command}; }}')

    def test_fails(self):
        heard = len(self.testbed.requests())
        result = self.challenge("--hook", self.second("exit 3"), "-o", "order.json")
        self.cleaned_after(result, 71, r"\./hook present failed with status 3")
        self.assertFalse((self.dir / "order.json").exists())
        self.assertFalse(any("/chalZ/" in request for request in self.testbed.requests(since=heard)))

    def test_is_killed(self):
        result = self.challenge("--hook", self.second("kill -KILL $$"), "-o", "order.json")
        self.cleaned_after(result, 71, r"\./hook present was killed by signal 9")

    def test_the_problem_can_be_gone_on_with(self):
        problem = json.loads(self.challenge("--hook", self.second("exit 3")).out)
        self.assertEqual((problem["format"], problem["exit"]), ("acme-problem/1", 71))
        self.assertEqual(problem["order"]["format"], "acme-order/1")

    def test_records_of_the_other_names_go_too(self):
        self.hook(RECORDER, "recorder")
        self.hook('[[ $1 == cleanup || ! -e calls ]] || exit 5\nexec ./recorder "$@"')
        self.fails(self.challenge("--hook", "./hook", "-o", "order.json"), 71, "status 5")
        calls = self.calls()
        self.assertEqual([call["argv"] for call in calls], [["present"], ["cleanup"], ["cleanup"]])
        self.assertIn(calls[0]["environment"]["ACME_DNS_NAME"],
                      [call["environment"]["ACME_DNS_NAME"] for call in calls[1:]])

    def test_files_of_the_web_root_go_too(self):
        self.csr("a.example.org", "*.example.org")
        result = self.challenge("--webroot", f"a.example.org={self.testbed.webroot}", "--hook", self.hook("exit 1"),
                                "-o", "order.json")
        self.fails(result, 71, "failed with status 1")
        self.assertEqual(self.testbed.tokens(), [])

    def test_is_not_there(self):
        (self.dir / "plain").write_text("#!/bin/sh\n")
        for command in ("./missing", "no-such-command", "./plain", "/", "./missing/hook"):
            with self.subTest(command):
                heard = len(self.testbed.requests())
                result = self.challenge("--hook", command, "-o", "order.json")
                self.fails(result, 71, f"can't run {re.escape(command)}: ")
                self.assertEqual(self.testbed.requests(since=heard), [], "no order is spent on it")
                self.assertNotIn("may be left", result.err)

    def test_a_command_of_control_characters(self):
        result = self.fails(self.challenge("--hook", "'./\x1b[31m\u202e'", "-o", "order.json"), 71, "can't run ")
        self.assertEqual(hidden(result.err), [])

    def test_hangs_with_a_child_that_left_its_session(self):
        result = self.challenge("--hook", self.second("setsid sleep 1008 & sleep 1009"), "--timeout", "1",
                                "-o", "order.json")
        self.cleaned_after(result, 75, r"the time allowed \(\d s\) is over while ./hook")

    def test_hangs(self):
        """With a child that a polite end doesn't impress, in the budget and not much more."""
        for script in ("sleep 1001", "trap '' TERM; sleep 1002 & sleep 1003", "(trap '' TERM; sleep 1004) & sleep 1005",
                       "kill -STOP $$", "sleep 1006 & sleep 1007 & wait"):
            with self.subTest(script):
                (self.dir / "said").unlink(missing_ok=True)
                started = time.monotonic()
                result = self.challenge("--hook", self.second(script), "--timeout", "2", "-o", "order.json")
                self.assertLess(time.monotonic() - started, 8)
                self.cleaned_after(result, 75, r"the time allowed \(\d s\) is over while ./hook")

    def test_cleanup_that_fails_is_a_warning(self):
        self.hook(RECORDER, "recorder")
        self.hook('./recorder "$@"; [[ $1 == present || $ACME_IDENTIFIER == a.* ]]')
        result = self.ok(self.challenge("--hook", "./hook", "-o", "ready.json"), quiet=False)
        lines = result.err.splitlines()
        self.assertEqual(len(lines), 2, result)
        for name in "b.example.org", "c.example.org":
            self.assertRegex(result.err, rf"(?m)^acme-challenge: warning: .*{re.escape(name)}")
        self.assertNotIn("a.example.org", result.err)
        self.assertEqual(self.load("ready.json")["order"]["status"], "ready")

    def test_cleanup_is_tried_for_each_by_the_verb_too(self):
        self.save("order.json", self.ok(self.challenge("order", "--type", "dns-01")))
        fails = self.hook(f'{self.log}[[ $ACME_IDENTIFIER == c.* ]]')
        result = self.run_tool("acme-challenge", "clean", "--hook", fails, "-o", "out.json",
                               stdin=self.read("order.json"))
        self.fails(result, 71, "failed with status 1")
        self.assertEqual(len(self.order_of("cleanup")), 3)
        self.assertFalse((self.dir / "out.json").exists())
        for name in "a.example.org", "b.example.org":
            self.assertIn(name, result.err)

    def test_the_ca_finds_nothing(self):
        """The hook said it went well, and did nothing."""
        self.csr("example.org")
        result = self.challenge("--hook", self.hook(self.log), "-o", "order.json")
        self.fails(result, 77, "example.org")
        self.assertEqual(self.order_of("cleanup"), ["example.org"])

    def test_publish_that_fails(self):
        self.save("order.json", self.ok(self.challenge("order", "--type", "dns-01")))
        result = self.run_tool("acme-challenge", "publish", "--hook", self.second("exit 4"), "-o", "out.json",
                               stdin=self.read("order.json"))
        self.cleaned_after(result, 71, "failed with status 4")

    def test_verbs_have_a_budget(self):
        self.save("order.json", self.ok(self.challenge("order", "--type", "dns-01")))
        for verb in "publish", "clean":
            with self.subTest(verb):
                started = time.monotonic()
                hang = self.hook(f"[[ {verb}$1 == publishcleanup ]] || sleep 1001")
                result = self.run_tool("acme-challenge", verb, "--timeout", "1", "--hook", hang, "-o", "out.json",
                                       stdin=self.read("order.json"))
                self.fails(result, 75, r"the time allowed \(\d s\) is over while ./hook")
                self.assertLess(time.monotonic() - started, 8)
                wait_until(lambda: not self.left(), "every process of the hook is gone", seconds=3)


class Interrupted(HookTest):
    """acme-challenge is ended from outside, by each of the signals, at each moment."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def setup_method(self):
        super().setup_method()
        self.csr("a.example.org", "b.example.org")

    def begin(self, *argv, source="site.csr"):
        with open(self.dir / source, "rb") as stdin:
            process = subprocess.Popen(argv, stdin=stdin, cwd=self.dir, env=self.env, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def ends_by(self, number, process):
        started = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, -number, err)
        self.assertLess(time.monotonic() - started, 10)
        wait_until(lambda: not self.left(), "every process of the hook is gone", seconds=5)

    def each_signal(self, moment):
        for number in self.SIGNALS:
            with self.subTest(number.name):
                (self.dir / "said").unlink(missing_ok=True)
                (self.dir / "hangs").unlink(missing_ok=True)
                moment(number)

    def test_while_the_hook_hangs(self):
        """In its second call: what both of them did is taken back."""
        hook = self.hook('cat >/dev/null; echo "$1 $ACME_IDENTIFIER" >>said\n'
                         '[[ $1 == cleanup || $(grep -c present said) == 1 ]] || { >hangs; sleep 1001 & sleep 1002; }')

        def moment(number):
            process = self.begin("acme-challenge", "--hook", hook)
            wait_until((self.dir / "hangs").exists, "the hook hangs")
            self.ends_by(number, process)
            self.assertEqual(sorted(self.said()), ["cleanup a.example.org", "cleanup b.example.org",
                                                   "present a.example.org", "present b.example.org"])
        self.each_signal(moment)

    def test_while_the_ca_validates(self):
        self.testbed.freeze(self, "dns")
        hook = self.hook('cat >/dev/null; echo "$1 $ACME_IDENTIFIER" >>said')

        def moment(number):
            heard = len(self.testbed.requests())
            process = self.begin("acme-challenge", "--hook", hook)
            wait_until(lambda: sum("/chalZ/" in r for r in self.testbed.requests(since=heard)) == 2, "the CA was told")
            self.ends_by(number, process)
            self.assertEqual(sorted(self.said()), ["cleanup a.example.org", "cleanup b.example.org",
                                                   "present a.example.org", "present b.example.org"])
        self.each_signal(moment)

    def test_publish(self):
        self.verb("publish", "present")

    def test_clean(self):
        self.verb("clean", "cleanup")

    def verb(self, verb, word):
        """No process of a hook that hangs outlives the tool."""
        self.save("order.json", self.ok(self.challenge("order", "--type", "dns-01")))
        hook = self.hook(f'[[ $1 != {word} ]] || {{ >hangs; sleep 1001; }}')

        def moment(number):
            process = self.begin("acme-challenge", verb, "--hook", hook, source="order.json")
            wait_until((self.dir / "hangs").exists, "the hook hangs")
            self.ends_by(number, process)
        self.each_signal(moment)


class ByBind(HookTest):
    """scripts/hooks/nsupdate and a real zone, in which the CA looks. Whatever happens, it is then as it was."""

    @classmethod
    def setup_class(cls):
        cls.bind = Bind.shared()
        cls.SETTINGS = {"DNS_SERVER": cls.bind.address}
        super().setup_class()

    def setup_method(self):
        super().setup_method()
        self.env |= self.bind.settings
        self.assertEqual(self.bind.records(), self.bind.untouched)

    def teardown_method(self):
        self.assertEqual(self.bind.records(), self.bind.untouched)

    def issue_by(self, solver, *names):
        self.ok(self.sh(f"""
            acme-csr -k site.key {quoted(*names)} | acme-challenge {solver} |
              acme-finalize | acme-chain -o site.pem"""))
        self.good_chain("site.pem", names)

    def test_one_name(self):
        self.issue_by(f"--hook {HOOKS / 'nsupdate'}", "www.example.org")

    def test_a_name_and_its_wildcard(self):
        """Two values at one name, beside a stranger's third: each call adds one, then takes away just that one."""
        hook = self.hook(f'''{HOOKS / 'nsupdate'} "$@"
            dig @127.0.0.1 -p "$NSUPDATE_PORT" +short +norec "$ACME_DNS_NAME" TXT |
              grep -v somebody | sort | paste -sd ' ' >>said''')
        self.issue_by(f"--hook {hook}", "example.org", "*.example.org")
        first, both, rest, none = [set(line.split()) for line in self.said()]
        self.assertEqual([len(first), len(both), len(rest), len(none)], [1, 2, 1, 0])
        self.assertLess(first, both)
        self.assertLess(rest, both)

    def test_a_web_root_for_one_and_the_zone_for_the_rest(self):
        self.issue_by(f"--webroot www.example.org={self.testbed.webroot} --hook {HOOKS / 'nsupdate'}",
                      "www.example.org", "mail.example.org", "*.example.org")
        self.assertEqual(self.testbed.tokens(), [])

    def test_verb_by_verb(self):
        self.csr("example.org", "*.example.org")
        hook = ("--hook", HOOKS / "nsupdate")
        self.save("order.json", self.step("acme-challenge order", "site.csr", *hook))
        self.save("published.json", self.step("acme-challenge publish", "order.json", *hook))
        shown = self.step("acme-challenge show", "order.json").text
        added = [re.sub(r'\. 60 IN TXT "(.+)"', r" TXT \1", record) for record in self.bind.added()]
        self.assertEqual(len(added), 2)
        self.assertEqual(added, sorted(shown.splitlines()))
        self.ok(self.sh("acme-challenge respond <published.json | acme-challenge wait >ready.json"))
        self.save("clean.json", self.step("acme-challenge clean", "ready.json", *hook))
        self.assertEqual(self.bind.added(), [])
        self.ok(self.sh("acme-finalize <clean.json | acme-chain -o site.pem"))
        self.good_chain("site.pem", ["example.org", "*.example.org"])

    def test_done_twice_is_done_once(self):
        self.csr("example.org")
        hook = ("--hook", HOOKS / "nsupdate")
        self.save("order.json", self.step("acme-challenge order", "site.csr", *hook))
        for verb, count in (("publish", 1), ("clean", 0)):
            for _ in range(2):
                self.step(f"acme-challenge {verb}", "order.json", *hook)
                self.assertEqual(len(self.bind.added()), count)

    def test_a_name_outside_the_zone(self):
        """The first is set by then, and taken away."""
        self.csr("www.example.org", "www.example.net")
        result = self.challenge("--hook", HOOKS / "nsupdate", "-o", "order.json")
        self.fails(result, 71, r"nsupdate present failed with status 2 \(for www\.example\.net\)")
        self.assertIn("NOTZONE", result.err)

    def test_the_wrong_key(self):
        self.env["NSUPDATE_KEY"] = "other.key"
        self.sh("PATH=$PATH:/usr/sbin tsig-keygen test >other.key")
        self.csr("www.example.org")
        result = self.challenge("--hook", HOOKS / "nsupdate", "-o", "order.json")
        self.fails(result, 71, "failed with status")
        self.assertIn("BADSIG", result.err)

    def test_interrupted(self):
        """After the first update, in the second."""
        self.csr("www.example.org", "mail.example.org")
        hook = self.hook(f'''[[ $1 == present && -e first ]] && {{ >hangs; sleep 1001; }}
            >first; exec {HOOKS / "nsupdate"} "$@"''')
        with open(self.dir / "site.csr", "rb") as stdin:
            process = subprocess.Popen(["acme-challenge", "--hook", hook], stdin=stdin, cwd=self.dir, env=self.env,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        wait_until((self.dir / "hangs").exists, "the hook hangs")
        self.assertEqual(len(self.bind.added()), 1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, -signal.SIGINT)

    def test_the_manual_s_example(self):
        """As it stands there, but for the place of the files."""
        block, = (b for b in literal_blocks(section("acme-challenge.1", "DESCRIPTION")) if "nsupdate" in b)
        env = {n: v for n, v in self.env.items() if n not in ("NSUPDATE_KEY", "NSUPDATE_SERVER")}
        script = (block.replace("/usr/local/share/acme-tools/hooks", str(HOOKS))
                  .replace("/etc/bind/acme.key", self.bind.settings["NSUPDATE_KEY"])
                  .replace("ns1.example.org", "127.0.0.1"))
        self.ok(self.run_tool("bash", "-e", "-o", "pipefail", "-c", script, env=env))
        self.good_chain("site.pem", ["example.org", "*.example.org"])


class OtherHooks(HookTest):
    """Those whose far side isn't here: it is played by a script that notes what it is told."""

    def setup_method(self):
        super().setup_method()
        self.csr("example.org")
        (self.dir / "bin").mkdir()
        self.env["PATH"] = f"{self.dir / 'bin'}:{self.env['PATH']}"

    def test_ssh_webroot(self):
        """ssh hands one text to the far side's shell; DIR is as awkward as can be."""
        self.hook('echo "${@:1:4}" >>said; [[ $# == 5 ]] && exec sh -c "$5"', "bin/ssh")
        folder = self.dir / "it's a $HOME `root`;"
        folder.symlink_to(self.testbed.webroot)
        command = quoted(HOOKS / "ssh-webroot", "web") + ' "' + str(folder) + '/"'
        self.ok(self.challenge("--type", "http-01", "--hook", command, "-o", "order.json"))
        self.assertEqual(self.said(), ["-o BatchMode=yes -- web"] * 2)
        self.assertEqual(self.testbed.tokens(), [])
        self.assertEqual(self.load("order.json")["order"]["status"], "ready")

    def test_ssh_webroot_without_the_far_side(self):
        self.hook("echo 'ssh: no route' >&2; exit 255", "bin/ssh")
        result = self.challenge("--type", "http-01", "--hook", f"{HOOKS / 'ssh-webroot'} web /srv", "-o", "order.json")
        self.fails(result, 71, "failed with status 255")
        self.assertIn("ssh: no route", result.err)

    def test_lexicon(self):
        self.hook('printf "%s\\n" "$*" >>said', "bin/lexicon")
        self.save("order.json", self.ok(self.challenge("order", "--type", "dns-01")))
        for words, options, zone in (("cloudflare", "", "example.org"), ("cloudflare org", "--delegated org ", "org")):
            for verb, action in (("publish", "create"), ("clean", "delete")):
                with self.subTest(words=words, verb=verb):
                    self.step(f"acme-challenge {verb}", "order.json", "--hook", f"{HOOKS / 'lexicon'} {words}")
                    (_, challenge), = self.challenges(self.load("order.json"), "dns-01")
                    self.assertEqual(self.said()[-1], f"{options}cloudflare {action} {zone} TXT "
                                     f"--name=_acme-challenge.example.org. --content={challenge['dns']['value']}")

    def test_the_wrong_type(self):
        self.env |= {"NSUPDATE_KEY": "tsig.key"}
        for hook, kind in (("nsupdate", "http-01"), ("lexicon x", "http-01"), ("ssh-webroot web /srv", "dns-01")):
            with self.subTest(hook):
                result = self.challenge("--type", kind, "--hook", f"{HOOKS / hook}", "-o", "order.json")
                self.fails(result, 71, "failed with status 1")
                self.assertIn("this hook is for", result.err)
