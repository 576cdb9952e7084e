"""What a tool is started with: arguments, variables and paths as the kernel gives them, /proc or not."""

import os
import re
import subprocess

import pytest
from sandbox import without_proc
from tools import BIN, REPO, TOOLS, ToolTest

CAFE = b"caf\xe9"  # in Latin-1; no UTF-8
LOOKALIKES = ("\u00e9.key".encode(), "e\u0301.key".encode())  # one composed, one not

# Becomes the program that it is given, with just the words that follow: argv[0] too.
EXEC = """
import ctypes, sys
words = [w.encode('utf-8', 'surrogateescape') for w in sys.argv[2:]]
argv = (ctypes.c_char_p * (len(words) + 1))(*words, None)
libc = ctypes.CDLL(None)
libc.execve(sys.argv[1].encode(), argv, (ctypes.c_char_p * 1)(None))
"""


class StartTest(ToolTest):
    def become(self, program, *argv, stdin=b""):
        return self.run_tool("python3", "-c", EXEC, BIN / program, *argv, stdin=stdin)

    def without_proc(self, *argv, **options):
        return self.run_tool(*without_proc(), *argv, **options)

    def test_no_list_of_arguments_is_a_broken_start(self):
        for tool in TOOLS:
            for argv in (), ("",), ("", "-o", "site.key"), ("", "--version"):
                with self.subTest(tool=tool, argv=argv):
                    done = self.fails(self.become(tool, *argv), 70, "started without a list of arguments")
                    self.assertEqual((done.out, self.files()), (b"", []))

    def test_any_name_will_do(self):
        for name in "x", "-", "acme-csr", "/nowhere/at all":
            self.assertEqual(self.ok(self.become("acme-key", name, "--version")).out.count(b"."), 2)

    @pytest.mark.unsanitized
    def test_without_proc_options_count(self):
        (self.dir / "pw").write_text("secret\n")
        self.ok(self.without_proc("acme-key", "--type", "p384", "--encrypt", "--passphrase-file", "pw", "-o", "site.key"))
        self.assertEqual(self.files(), ["pw", "site.key"])
        self.assertIn("ENCRYPTED", (self.dir / "site.key").read_text())
        self.assertIn(b"secp384r1", self.openssl("pkey", "-in", "site.key", "-passin", "file:pw", "-noout", "-text").out)
        self.fails(self.without_proc("acme-key", "thumbprint", "-k", "nosuch.key"), 66, "nosuch.key")
        self.fails(self.without_proc("acme-key", "--ouput", "x"), 64, "--ouput")

    @pytest.mark.unsanitized
    def test_without_proc_a_request_is_pinned(self):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
                     "-subj", "/CN=x.example.org", "-addext", "subjectAltName=DNS:x.example.org", "-out", "c.pem")
        self.ok(self.run_tool("acme-key", "-o", "site.key"))
        self.ok(self.run_tool("acme-csr", "-k", "site.key", "-o", "other.csr", "example.org"))
        done = self.without_proc("acme-chain", "--csr", "other.csr", stdin=(self.dir / "c.pem").read_bytes())
        self.assertEqual(self.fails(done, 65, "another key").out, b"")

    @pytest.mark.unsanitized
    def test_without_proc_every_tool_knows_its_version(self):
        for tool in TOOLS:
            self.assertEqual(self.ok(self.without_proc(tool, "--version")).out,
                             self.ok(self.run_tool(tool, "--version")).out)


@pytest.mark.own_sandbox
class RoomTest(ToolTest):
    """With too little of what a process needs nothing is begun; a limit that may be raised is none."""

    def limited(self, limit, *argv, **options):
        return self.run_tool("bash", "-c", f'ulimit {limit}; exec "$@"', "bash", *argv, **options)

    def register(self, limit):
        (self.dir / "account.key").write_bytes(self.ok(self.run_tool("acme-key")).out)
        return self.limited(limit, "acme-register", "-k", "account.key", "--directory", "https://127.0.0.1:1/directory")

    def test_too_small_a_stack(self):
        for tool in TOOLS:
            with self.subTest(tool):
                done = self.fails(self.limited("-s 64", tool), 70, "the stack may have no more than 64 KiB, and that is too")
                self.assertRegex(done.err, "hint: ulimit -s shows the limit")
                self.assertEqual(done.out, b"")

    def test_a_stack_that_may_grow(self):
        key = self.ok(self.limited("-S -s 64", "acme-key")).out
        for limit in "-S -s 64", "-s 256":
            self.assertIn(b"REQUEST", self.ok(self.limited(limit, "acme-csr", "a.example", stdin=key)).out)

    def test_too_few_files(self):
        done = self.fails(self.register("-n 8"), 70, "no more than 8 files may be open at once, and that is too little")
        self.assertRegex(done.err, "hint: ulimit -n shows the limit")
        self.fails(self.register("-S -n 8"), 69, "failed to connect")
        self.ok(self.limited("-n 8", "acme-csr", "-k", "account.key", "a.example"))
        self.ok(self.limited("-S -n 4", "acme-key", "-o", "soft.key"))
        self.fails(self.limited("-n 4", "acme-key", "-o", "hard.key"), 70, "no more than 4 files may be open at once")
        self.assertFalse((self.dir / "hard.key").exists())

    def test_the_manual_names_the_bounds(self):
        room = (REPO / "Sources" / "ACMETool" / "Running" / "Room.swift").read_text()
        stack, memory, files, fewest = (re.search(rf"let {name}\b.* = (\d+)", room)[1] for name in (
            "stack", "memory", "filesOfTheNetwork", "files"))
        page = (REPO / "man" / "acme-pipeline.7").read_text()
        broken = re.search(r"(?ms)^\.It 70\n(.*?)^\.It ", page)[1].replace("\n", " ")
        for bound in f"{stack} KiB of stack", f"{memory} MiB of memory", f"{files} open files", f"in the others {fewest}":
            self.assertIn(bound, broken)


class OctetsTest(ToolTest):
    """A name that isn't UTF-8 names the same file here as in any other tool."""

    def run_octets(self, *argv, env=None, stdin=b""):
        done = subprocess.run(argv, cwd=self.dir, env=env or self.env, capture_output=True, timeout=60, input=stdin)
        return done

    def good(self, *argv, **options):
        done = self.run_octets(*argv, **options)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout

    def names(self, folder=b"."):
        return sorted(os.listdir(os.path.join(os.fsencode(self.dir), folder)))

    def test_a_key_is_made_where_it_was_told(self):
        os.mkdir(os.path.join(os.fsencode(self.dir), CAFE))
        self.good(b"acme-key", b"-o", CAFE + b".key")
        self.good(b"acme-key", b"-o", CAFE + b"/" + CAFE)
        self.good(b"acme-key", b"--output=" + CAFE + b"/\xff")
        self.assertEqual(self.names(), [CAFE, CAFE + b".key"])
        self.assertEqual(self.names(CAFE), [CAFE, b"\xff"])

    def test_it_is_read_from_there_too(self):
        self.good(b"acme-key", b"-o", CAFE)
        one = self.good(b"acme-key", b"thumbprint", b"-k", CAFE)
        self.assertEqual(one, self.good(b"acme-key", b"thumbprint", stdin=self.read(CAFE)))
        self.good(b"acme-csr", b"-k", CAFE, b"-o", CAFE + b".csr", b"example.org")
        self.assertIn(CAFE + b".csr", self.names())
        missing = self.run_octets(b"acme-key", b"thumbprint", b"-k", CAFE + b"2")
        self.assertEqual((missing.returncode, missing.stdout), (66, b""))
        self.assertEqual(missing.stderr, b"acme-key: error: can't read caf\\xE92: no such file or directory\n")

    def test_names_that_look_alike_are_two_files(self):
        for name in LOOKALIKES:
            self.good(b"acme-key", b"-o", name)
        self.assertEqual(self.names(), sorted(LOOKALIKES))

    def test_what_stands_for_a_stray_octet_is_itself_when_somebody_gives_it(self):
        name = "\U0010fee9".encode()
        self.good(b"acme-key", b"-o", name)
        self.assertEqual(self.names(), [name])

    def test_a_mark_that_joins_the_slash_is_still_a_name(self):
        name = "\u0300x".encode()
        os.mkdir(self.dir / "d")
        self.good(b"acme-key", b"-o", b"d/" + name)
        self.assertEqual(self.names(b"d"), [name])

    def test_a_link_to_such_a_name_is_followed(self):
        os.symlink(CAFE, os.path.join(os.fsencode(self.dir), b"link"))
        self.good(b"acme-key", b"-o", b"link")
        self.assertEqual(self.names(), [CAFE, b"link"])

    def test_variables_name_such_files(self):
        self.good(b"acme-key", b"-o", CAFE)
        with open(os.path.join(os.fsencode(self.dir), b"pw" + CAFE), "wb") as file:
            file.write(b"secret\n")
        env = {os.fsencode(n): os.fsencode(v) for n, v in self.env.items()} | {b"ACME_PASSPHRASE_FILE": b"pw" + CAFE}
        self.good(b"acme-key", b"--encrypt", b"-o", b"e.key", env=env)
        self.good(b"acme-key", b"thumbprint", b"-k", b"e.key", env=env)

    @pytest.mark.own_sandbox
    def test_of_a_doubled_variable_the_first_counts_as_for_other_tools(self):
        (self.dir / "a").write_text("one\n")
        (self.dir / "b").write_text("two\n")
        self.good("acme-key", "--encrypt", "--passphrase-file", "a", "-o", "e.key")
        script = """
import ctypes, sys
argv = (ctypes.c_char_p * 5)(b'acme-key', b'thumbprint', b'-k', b'e.key', None)
env = (ctypes.c_char_p * 3)(b'ACME_PASSPHRASE_FILE=a', b'ACME_PASSPHRASE_FILE=b', None)
ctypes.CDLL(None).execve(sys.argv[1].encode(), argv, env)
"""
        self.ok(self.run_tool("python3", "-c", script, BIN / "acme-key"))

    def test_a_wrong_option_is_shown_as_it_was_typed(self):
        done = self.run_octets(b"acme-key", b"--" + CAFE)
        self.assertEqual(done.returncode, 64)
        self.assertIn(b"'--caf\\xE9'", done.stderr)

    def test_a_name_that_is_no_utf8_is_no_dns_name(self):
        self.good(b"acme-key", b"-o", b"site.key")
        done = self.run_octets(b"acme-csr", b"-k", b"site.key", CAFE + b".example.org")
        self.assertEqual((done.returncode, done.stdout), (65, b""))
        self.assertIn(b"caf\\xE9.example.org", done.stderr)

    def read(self, name):
        with open(os.path.join(os.fsencode(self.dir), name), "rb") as file:
            return file.read()
