"""While stdin is awaited, the connection to the CA is opened, and nothing is said over it."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess

import pytest
from certificates import certificate
from journey import kit
from scripted_ca import ScriptedCA
from terminal import Session
from testbed import wait_until
from tools import LIMIT, Result, ToolTest

READERS = ("acme-finalize",), ("acme-chain",), ("acme-challenge", "wait"), ("acme-challenge", "--webroot", "web")


class Waiting(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "web").mkdir()
        for name in "account", "site":
            shutil.copy(kit().folder / f"{name}.key", self.dir)
        self.ca = self.enterContext(ScriptedCA(webroot=self.dir / "web"))
        (self.dir / "account.json").write_text(self.ca.account_document(kit().jwk))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key", "ACME_TIMEOUT": "20",
                     "ACME_CA_BUNDLE": str(self.ca.bundle)}

    def order(self):
        """A document that is ready to be finalized."""
        return self.ok(self.run_tool("acme-challenge", "--webroot", "web", stdin=kit().request(("one.example",)))).out

    @contextlib.contextmanager
    def waiting(self, *argv):
        """A tool whose stdin is open, and that has nothing from there yet."""
        pipe = subprocess.PIPE
        with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, cwd=self.dir, env=self.env) as process:
            try:
                yield process
            finally:
                process.kill()

    def opened(self, count=1):
        """The tool has its connection: the server has shaken hands over so many."""
        wait_until(lambda: len(self.ca.server.sockets) >= count, "a connection")

    def ended(self, process, stdin=b""):
        out, err = process.communicate(stdin, timeout=LIMIT)
        return Result(process.returncode, out, err)

    def connections(self):
        return self.ca.server.connections

    def asleep(self, process):
        """The tool has done what it can, and waits for stdin."""
        def state():
            name, _, rest = pathlib.Path(f"/proc/{process.pid}/stat").read_text().partition("(")[2].partition(") ")
            return name.startswith("acme-") and rest[0] == "S"
        wait_until(state, "asleep")


class HeadStart(Waiting):

    def test_it_is_the_connection_that_is_used(self):
        document = self.order()
        before, asked = self.connections(), len(self.ca.requests)
        with self.waiting("acme-finalize") as process:
            self.opened()
            self.assertEqual(len(self.ca.requests), asked)
            self.ok(self.ended(process, document))
        self.assertEqual(self.connections(), before + 1)
        self.assertEqual({r.connection for r in self.ca.requests[asked:]}, {before + 1})
        self.assertEqual([r.where for r in self.ca.requests[asked:]], ["finalize"])

    def test_no_plug_in_is_loaded_for_it(self):
        """Nobody asks libcurl, as curl's --version does, for what starts OpenLDAP, which brings SASL's plug-ins in."""
        def plug_ins(process):
            loaded = (self.dir / f"loaded.{process.pid}").read_text()
            self.assertIn("transferring control", loaded)
            return re.findall("calling init: (.*/sasl2/.*)", loaded)

        self.env |= {"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(self.dir / "loaded")}
        with self.waiting("acme-finalize") as process:
            self.opened()
            self.fails(self.ended(process), 65, "nothing on stdin")
        self.assertEqual(plug_ins(process), [])
        with self.waiting("/usr/bin/curl", "--version") as process:
            self.ok(self.ended(process))
        self.assertNotEqual(plug_ins(process), [])

    def test_each_tool_that_goes_on_with_an_order(self):
        for argv in READERS:
            with self.subTest(argv), self.waiting(*argv) as process:
                self.opened()
                result = self.ended(process)
                self.fails(result, 65, "nothing on stdin")
            wait_until(lambda: not self.ca.server.sockets, "the end of the connection")
        self.assertEqual(self.ca.requests, [])
        self.assertEqual(self.connections(), len(READERS))

    def test_a_failure_ahead_in_the_pipe(self):
        problem = {"exit": 77, "format": "acme-problem/1", "message": "no", "tool": "acme-challenge"}
        with self.waiting("acme-finalize") as process:
            self.opened()
            result = self.ended(process, json.dumps(problem).encode())
        self.assertEqual((result.status, result.err), (77, ""), result)
        self.assertEqual(self.ca.requests, [])

    def test_a_connection_that_was_closed_meanwhile(self):
        document = self.order()
        asked = len(self.ca.requests)
        with self.waiting("acme-finalize") as process:
            self.opened()
            for connection in list(self.ca.server.sockets):
                connection.close()
            result = self.ok(self.ended(process, document))
        self.assertEqual(json.loads(result.out)["order"]["status"], "valid")
        self.assertEqual([r.where for r in self.ca.requests[asked:]], ["finalize"])

    def test_a_ca_that_is_down(self):
        document = self.order()
        self.ca.stop()
        with self.waiting("acme-finalize") as process:
            result = self.ended(process, document)
        self.fails(result, 69, "[Cc]onnect")

    def test_a_ca_that_never_shakes_hands(self):
        """The tool takes its input all the same, and its time is what it would be."""
        document = json.loads(self.order())
        self.ca.stop()
        with socket.create_server(("127.0.0.1", self.ca.port)) as server:
            with self.waiting("acme-finalize", "--timeout", "2") as process:
                server.accept()
                result = self.ended(process, json.dumps(document).encode())
            self.fails(result, 75, "the time allowed")

    def test_who_waits_for_it_is_told(self):
        order = self.order()
        self.ca.stop()
        os.mkfifo(self.dir / "pipe")
        with socket.create_server(("127.0.0.1", self.ca.port)) as server:
            session = Session(self, "acme-finalize <pipe 2>/dev/tty")
            with open(self.dir / "pipe", "wb") as pipe:
                server.accept()
                pipe.write(order)
            session.until("acme-finalize: waiting for").type("\x03")
            session.process.wait(LIMIT)

    def test_another_ca_in_the_document(self):
        with ScriptedCA(webroot=self.dir / "web") as other:
            (self.dir / "other.json").write_text(other.account_document(kit().jwk))
            self.env["ACME_ACCOUNT"] = "other.json"
            document = self.order()
            asked = len(other.requests)
            self.env["ACME_ACCOUNT"] = "account.json"
            with self.waiting("acme-finalize") as process:
                self.opened()
                self.fails(self.ended(process, document), 65, "the order document is of the CA")
            self.assertEqual(len(other.requests), asked)
        self.assertEqual(self.ca.requests, [])

    def test_what_is_not_prepared(self):
        """Nothing is opened for a replay, for a CA that isn't the account's, or for what works offline."""
        (self.dir / "trace").touch()
        for argv in [("acme-chain", "--part", "leaf"), ("acme-chain", "--format", "der"),
                     ("acme-chain", "--trust", str(self.ca.bundle)), ("acme-finalize", "--replay", "trace"),
                     ("acme-finalize", "--directory", "letsencrypt")]:
            with self.subTest(argv), self.waiting(*argv) as process:
                self.asleep(process)
                self.fails(self.ended(process), 65, "nothing on stdin")
        self.assertEqual(self.connections(), 0)

    def test_an_encrypted_key_waits_for_its_turn(self):
        (self.dir / "pass").write_text("secret\n")
        self.ok(self.run_tool("openssl", "pkcs8", "-topk8", "-in", "account.key", "-out", "locked.key",
                              "-passout", "file:pass"))
        document = self.order()
        with self.waiting("acme-finalize", "-k", "locked.key") as process:
            self.opened()
            self.fails(self.ended(process, document), 78, "passphrase")

    def test_files_that_can_be_read_but_once(self):
        document = self.order()
        command = "exec acme-finalize -k <(cat account.key) -a <(cat account.json) --ca-bundle <(cat $ACME_CA_BUNDLE)"
        with self.waiting("bash", "-c", command) as process:
            self.asleep(process)
            self.ok(self.ended(process, document))


class TooLate(Waiting):
    """What can be known before the order, is said before the order."""

    def challenge(self, more, *before):
        (self.dir / "site.csr").write_bytes(kit().request(("one.example",)))
        return self.run_tool(*before, "bash", "-c", f"acme-challenge --webroot web <site.csr {more}")

    def test_a_closed_stdout(self):
        self.fails(self.challenge(">&-"), 74, "writing to stdout failed: bad file descriptor")
        self.assertEqual(self.ca.requests, [])

    @pytest.mark.own_sandbox
    @pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
    def test_a_web_root_that_cannot_be_written_to(self):
        folder = self.dir / "web" / ".well-known" / "acme-challenge"
        for made in folder.parent, folder:
            made.mkdir()
            self.dir.chmod(0o755)
            os.chown(self.dir / "account.key", 65534, 65534)
            result = self.challenge("", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
            self.fails(result, 73, f"can't create a file in web/{made.relative_to(self.dir / 'web')}: permission denied")
        self.assertEqual(self.ca.requests, [])

    def test_a_trace_that_is_a_pipe_waits_for_what_stdin_says(self):
        os.mkfifo(self.dir / "pipe")
        problem = {"exit": 77, "format": "acme-problem/1", "message": "no", "tool": "acme-challenge"}
        result = self.run_tool("acme-finalize", "--trace", "pipe", stdin=json.dumps(problem))
        self.assertEqual((result.status, result.err), (77, ""), result)

    def test_the_replaced_certificate_is_the_one_that_was_there(self):
        (self.dir / "new.pem").write_text(certificate())
        for before in certificate(), None:
            (self.dir / "old.pem").unlink(missing_ok=True)
            if before:
                (self.dir / "old.pem").write_text(before)
            with self.subTest(before), self.waiting("acme-challenge", "order", "--replaces", "old.pem") as process:
                self.asleep(process)
                shutil.copy(self.dir / "new.pem", self.dir / "moved.pem")
                (self.dir / "moved.pem").rename(self.dir / "old.pem")
                self.ok(self.ended(process, kit().request(("one.example",))))
