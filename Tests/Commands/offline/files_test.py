"""Where output goes that is no plain file, and what passphrases and terminals do; no CA is needed."""

import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess

import pytest
from testbed import wait_until
from tools import BIN, LIMIT, ToolTest

REQUEST = ["acme-csr", "-k", "site.key", "a.example"]


class OutputTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.ok(self.run_tool("acme-key", "-o", "site.key"))

    def test_a_name_of_stdout_is_written_through(self):
        """Root could replace /dev/stdout itself, and a key would then lie there."""
        before = [os.lstat(name) for name in ("/dev/stdout", "/dev/fd")]
        for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
            with self.subTest(name):
                self.ok(self.sh(f"{' '.join(REQUEST)} -o {name} >out.csr"))
                self.assertIn(b"BEGIN CERTIFICATE REQUEST", (self.dir / "out.csr").read_bytes())
        after = [os.lstat(name) for name in ("/dev/stdout", "/dev/fd")]
        self.assertEqual([s.st_ino for s in before], [s.st_ino for s in after])

    def test_nothing_but_another_key_goes_over_a_key(self):
        """One slip of the hand, and a key of which there is no other would be gone."""
        self.ok(self.run_tool("acme-key", "-o", "other.key", "--type", "ed25519"))
        before = (self.dir / "other.key").read_bytes()
        for command in ([*REQUEST, "-o", "other.key"], ["acme-key", "public", "-k", "other.key", "-o", "other.key"],
                        ["acme-key", "jwk", "-k", "site.key", "-o", "other.key"]):
            with self.subTest(command):
                self.fails(self.run_tool(*command), 73, "other.key holds a private key, and nothing else is written")
                self.assertEqual((self.dir / "other.key").read_bytes(), before)
        self.ok(self.run_tool("acme-key", "--force", "-o", "other.key"))
        self.assertNotEqual((self.dir / "other.key").read_bytes(), before)

    def test_keys_in_other_forms_stay(self):
        """As JWKs, such as certbot's, in DER, with a passphrase or without, and OpenPGP's."""
        self.openssl("pkey", "-in", "site.key", "-outform", "DER", "-out", "site.der")
        self.openssl("ec", "-in", "site.key", "-outform", "DER", "-out", "sec1.der")
        public = json.loads(self.ok(self.run_tool("acme-key", "jwk", "-k", "site.key")).out)
        (self.dir / "private.json").write_text(json.dumps(public | {"d": "A" * 43}))
        (self.dir / "public.json").write_text(json.dumps(public))
        keys = json.dumps({"keys": [public, public | {"d": "A" * 43}]})
        (self.dir / "set.json").write_text(f"\n{keys}")
        (self.dir / "array.json").write_text(f"[{keys}]")
        (self.dir / "mac.json").write_text('{"k":"AAAA","kty":"oct"}')
        (self.dir / "pgp").write_text("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ\n-----END PGP PRIVATE KEY BLOCK-----\n")
        (self.dir / "pass").write_text("a passphrase")
        self.openssl("pkcs8", "-topk8", "-in", "site.key", "-outform", "DER", "-passout", "file:pass", "-out", "hidden.der")
        self.openssl("req", "-x509", "-key", "site.key", "-subj", "/CN=one.example", "-out", "site.pem")
        self.openssl("pkcs12", "-export", "-inkey", "site.key", "-in", "site.pem", "-passout", "file:pass", "-out", "site.p12")
        for name in ("site.der", "sec1.der", "hidden.der", "site.p12", "private.json", "set.json", "array.json", "mac.json",
                     "pgp"):
            before = (self.dir / name).read_bytes()
            self.fails(self.run_tool(*REQUEST, "-o", name), 73, f"{name} holds a private key, and nothing else is written")
            self.assertEqual((self.dir / name).read_bytes(), before)
        self.ok(self.run_tool(*REQUEST, "-o", "public.json"))

    def test_what_is_no_trace_doesn_t_grow(self):
        (self.dir / "some.pem").write_text("-----BEGIN CERTIFICATE-----\n")
        (self.dir / "private_key.json").write_text('{"kty": "EC", "d": "AAAA"}\n')
        (self.dir / "account.json").write_text('{"account":{"status":"valid"},"format":"acme-account/1"}\n')
        for name in "site.key", "some.pem", "private_key.json", "account.json":
            before = (self.dir / name).read_bytes()
            result = self.run_tool("acme-register", "-k", "site.key", "--trace", name, "--directory", "https://127.0.0.1:1/")
            self.fails(result, 73, f"{name} holds something else than the trace, and nothing is added to it")
            self.assertEqual((self.dir / name).read_bytes(), before)

    def test_a_link_to_itself_stays_one(self):
        (self.dir / "loop.csr").symlink_to("loop.csr")
        self.fails(self.run_tool(*REQUEST, "-o", "loop.csr"), 73, "can't create loop.csr: too many levels")
        self.assertEqual(os.readlink(self.dir / "loop.csr"), "loop.csr")

    @pytest.mark.own_sandbox
    def test_a_key_from_another_command(self):
        """A process that may not be dumped has no right to its own /proc/self/fd: also for an ordinary user."""
        # The tool itself may lie in a folder that is closed to others.
        shutil.copy(BIN / "acme-csr", self.dir)
        self.ok(self.sh("chmod 755 . && chmod 644 site.key"))
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
        result = self.run_tool(*user, "bash", "-c", "./acme-csr -k <(cat site.key) a.example")
        self.assertIn(b"BEGIN CERTIFICATE REQUEST", self.ok(result).out)

    def test_a_pipe_without_a_reader_can_be_ended(self):
        os.mkfifo(self.dir / "pipe")
        process = subprocess.Popen([*REQUEST, "-o", "pipe"], cwd=self.dir, env=self.env)
        self.addCleanup(process.kill)
        wait_until(lambda: pathlib.Path(f"/proc/{process.pid}/wchan").exists(), "it runs")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), -signal.SIGTERM)

    def test_an_old_file_that_is_too_large_to_compare_is_replaced(self):
        with open(self.dir / "site.csr", "wb") as old:
            old.truncate(20 << 20)
        self.ok(self.run_tool(*REQUEST, "-o", "site.csr", "--if-changed"))
        self.assertIn(b"BEGIN CERTIFICATE REQUEST", (self.dir / "site.csr").read_bytes())

    def test_a_closed_stderr_gets_nobody_else_s_bytes(self):
        self.assertEqual(self.sh("acme-csr -k nowhere.key a.example 2>&-").status, 66)
        self.fails(self.sh("acme-csr -k site.key a.example >&-"), 74, "writing to stdout failed")

    def test_stdout_by_its_dash_gets_the_problem_of_wrong_usage(self):
        for dash in ("-o -", "--output=-", "-o-"):
            with self.subTest(dash):
                self.assertIn('"exit":64', self.sh(f"acme-finalize {dash} --odd | cat").text)
                self.assertEqual(self.sh("acme-finalize -o file --odd | cat").text, "")


class InputTest(ToolTest):

    def test_a_failure_from_before_passes_every_verb(self):
        problem = '{"exit":77,"format":"acme-problem/1","message":"no","tool":"acme-csr"}\n'
        for verb in ("", *self.verbs("acme-challenge")):
            with self.subTest(verb):
                result = self.sh(f"echo '{problem.strip()}' | acme-challenge {verb} | cat; exit ${{PIPESTATUS[1]}}")
                passed_on = "" if verb in ("show", "check") else problem  # their output is text
                self.assertEqual((result.status, result.text, result.err), (77, passed_on, ""))

    def test_a_san_that_cannot_be_read_is_not_passed_over(self):
        """The common name alone would be ordered."""
        self.ok(self.run_tool("acme-key", "-o", "site.key"))
        self.openssl("req", "-new", "-key", "site.key", "-subj", "/CN=cn.example", "-out", "site.csr",
                     "-addext", "subjectAltName=DER:30:03:82:05:61")
        self.fails(self.sh("acme-challenge --webroot . <site.csr | cat >/dev/null"), 65, "names can't be read")

    def test_a_block_with_headers_never_asks_on_the_terminal(self):
        """OpenSSL would ask for its passphrase, and wait."""
        block = ("-----BEGIN {0}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F\n\n"
                 "AAAA\n-----END {0}-----\n")
        for tool, label in (("acme-chain", "CERTIFICATE"), ("acme-challenge order", "CERTIFICATE REQUEST"),
                            ("acme-key jwk", "PUBLIC KEY")):
            with self.subTest(tool):
                (self.dir / "in.pem").write_text(block.format(label))
                status, shown = self.on_a_terminal(f"{tool} <in.pem >out")
                self.assertEqual(status, 65, shown)
                self.assertNotIn("pass phrase", shown)

    def test_a_passphrase_that_is_too_long_to_be_read_again(self):
        (self.dir / "long").write_text("x" * 1500)
        result = self.run_tool("acme-key", "--encrypt", "--passphrase-file", "long", "-o", "site.key")
        self.fails(result, 65, "longer than 1024")
        self.assertEqual(self.files(), ["long"])

    def test_a_terminal_is_asked(self):
        self.ok(self.sh("echo open >word && acme-key --encrypt --passphrase-file word -o site.key"))
        status, shown = self.on_a_terminal("acme-key thumbprint -k site.key >out", b"open\n")
        self.assertEqual(status, 0, shown)
        self.assertIn("passphrase of site.key: ", shown)
        self.assertNotIn("open", shown)
        self.assertRegex((self.dir / "out").read_text(), r"\A[\w-]{43}\n\Z")

    def on_a_terminal(self, script, typed=b""):
        """Runs a script whose controlling terminal is ours; returns its status and what the terminal shows."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.dir)
            os.execvpe("bash", ["bash", "-c", script], self.env)
        shown = b""
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # how Linux says that the other side is closed
                break
            if not part:
                break
            shown += part
            if typed and b"passphrase" in shown:
                os.write(terminal, typed)
                typed = b""
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode(errors="replace")
