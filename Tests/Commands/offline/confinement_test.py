"""What a tool that has been taken over can still do: each line of the table in acme-pipeline(7), CONFINEMENT.

Each tool is stopped while it waits for its stdin and made to try things, once as it is, and once where the kernel lacks
what confines it: what is refused has to be possible there."""

import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from dataclasses import dataclass

import hijack
import pytest
from hijack import hijacked
from ports import free_port, silent_port
from sandbox import CONFINING, refusing
from tables import TableTest
from tools import LIMIT, ToolTest

DONE = "done"
READ, WRITE, MAKE, FOLDER = os.O_RDONLY, os.O_WRONLY, os.O_WRONLY | os.O_CREAT, os.O_RDONLY | os.O_DIRECTORY
NEW_UTS, NEW_USER, SEIZE, TYPE = 0x04000000, 0x10000000, 0x4206, 0x5412
STREAM, MULTIPATH = socket.SOCK_STREAM, 262
LANDLOCK = ctypes.CDLL(None).syscall(444, None, 0, 1)  # its version; -1 where there is none


def place(port):
    return struct.pack("<H", socket.AF_INET) + struct.pack(">H4s8x", port, socket.inet_aton("127.0.0.1"))


def with_socket(name, *arguments, family=socket.AF_INET):
    def make(at, it):
        number = it.call("socket", family, STREAM, 0)
        given = [argument(at) if callable(argument) else argument for argument in arguments]
        return it.call(name, number, *given) if isinstance(number, int) else number
    return make


def abstract(at):
    return struct.pack("<H", socket.AF_UNIX) + b"\0" + at.abstract


def call(name, *arguments):
    return lambda at, it: it.call(name, *(argument(at) if callable(argument) else argument for argument in arguments))


def path(name):
    return lambda at: at.folder / name


@dataclass
class Try:
    what: str
    make: object
    confined: str
    free: str = DONE


ALL = [
    Try("read what others may not", call("open", "/etc/shadow", READ), "EACCES"),
    Try("read at home", call("open", path("home/secret"), READ), "EACCES"),
    Try("list what is at home", call("open", path("home"), FOLDER), "EACCES"),
    Try("read another process's environment", call("open", lambda at: f"/proc/{at.other}/environ", READ), "EACCES"),
    Try("read another key beside that of the option", call("open", path("keys/other.key"), READ), "EACCES"),
    Try("read a file beside the output", call("open", path("out/site.key"), READ), "EACCES"),
    Try("make a file at home", call("open", path("home/new"), MAKE, 0o600), "EACCES"),
    Try("write to a file at home", call("open", path("home/secret"), WRITE), "EACCES"),
    Try("empty a file", call("truncate", path("home/secret"), 0), "EPERM"),
    Try("remove a file at home", call("unlink", path("home/secret")), "EACCES"),
    Try("make a folder", call("mkdir", path("out/folder"), 0o700), "EACCES"),
    Try("make a link", call("symlink", "/", path("out/link")), "EACCES"),
    Try("move a file out", call("rename", path("home/more"), path("out/more")), "EACCES"),
    Try("change a file's mode", call("chmod", path("home"), 0o777), "EPERM"),
    Try("change a file's owner", call("chown", path("home"), 1, 1), "EPERM"),
    Try("change a file's time", call("utime", path("home"), 0), "EPERM"),
    Try("begin a process", call("fork"), "EPERM"),
    Try("begin a process by clone", call("clone", signal.SIGCHLD), "EPERM"),
    Try("begin one in a new namespace", call("clone", NEW_UTS | signal.SIGCHLD), "EPERM"),
    Try("begin one with flags that can't be seen", call("clone3", 0, 0), "ENOSYS", "EINVAL"),
    Try("go into a new namespace", call("unshare", NEW_UTS), "EPERM"),
    Try("go into another's namespace", call("setns", -1, 0), "EPERM", "EBADF"),
    Try("mount", call("mount", "none", "/", "nothing", 0, 0), "EPERM", "ENODEV"),
    Try("have another root", call("chroot", "/"), "EPERM"),
    Try("read another process's memory", call("process_vm_readv", lambda at: at.other, 0, 0, 0, 0, 0), "EPERM"),
    Try("trace another process", call("ptrace", SEIZE, lambda at: at.other, 0, 0), "EPERM"),
    Try("signal another process", call("kill", lambda at: at.other, 0), "EPERM"),
    Try("signal the whole pipeline", call("kill", 0, 0), "EPERM"),
    Try("use the kernel's keyrings", call("keyctl", 0, -3, 1), "EPERM"),
    Try("load a program into the kernel", call("bpf", 0xFFFF, 0, 0), "EPERM", "EINVAL"),
    Try("go by io_uring", call("io_uring_setup", 1, bytes(120)), "EPERM"),
    Try("type on the terminal", call("ioctl", 2, TYPE, "x"), "EPERM", "ENOTTY"),
    Try("call as on another machine", lambda at, it: it.call_as_32_bit(20), "ENOSYS"),
    Try("read what programs are made of", call("open", "/usr/bin/env", READ), DONE),
    Try("signal itself", call("kill", lambda at: at.process, 0), DONE),
    Try("open the terminal that isn't there", call("open", "/dev/tty", os.O_RDWR), "ENXIO", "ENXIO"),
    # Nobody is root any more after the one, and another program has come of it after the other.
    Try("go into a user namespace", call("unshare", NEW_USER), "EPERM"),
    Try("run a program", call("execve", "/bin/true", ["/bin/true"], []), "EPERM"),
]

OUTPUT = [
    Try("make a file beside the output", call("open", path("out/.new"), MAKE, 0o600), DONE),
    Try("have it take the output's place", call("rename", path("out/.new"), path("out/new")), DONE),
]

KEY = [Try("read what an option names", call("open", path("keys/named"), READ), DONE)]

NO_SOCKET = [Try("have a socket", call("socket", socket.AF_INET, STREAM, 0), "EPERM"),
             Try("have one in the file system", call("socket", socket.AF_UNIX, STREAM, 0), "EPERM"),
             Try("read the names of hosts", call("open", "/etc/hosts", READ), "EACCES")]

NETWORK = [
    Try("read the names of hosts", call("open", "/etc/hosts", READ), DONE),
    Try("read the certificates that are trusted", call("open", "/etc/ssl/certs", FOLDER), DONE),
    Try("connect", with_socket("connect", lambda at: place(at.server), 16), DONE),
    Try("connect to an abstract name", with_socket("connect", abstract, 12, family=socket.AF_UNIX), "EPERM"),
    Try("see the network's packets", call("socket", socket.AF_PACKET, socket.SOCK_DGRAM, 0), "EAFNOSUPPORT"),
    Try("go by what Landlock doesn't know", call("socket", socket.AF_INET, STREAM, MULTIPATH), "EPROTONOSUPPORT"),
    Try("take another port", with_socket("bind", place(0), 16), "EACCES"),
]

NO_LISTENING = [Try("listen", with_socket("listen", 1), "EPERM")]

LISTENING = [Try("take its port", with_socket("bind", lambda at: place(at.port), 16), DONE)]

TRACE = [Try("read its trace again", call("open", path("home/trace"), READ), "EACCES")]

WEB_ROOT = [
    Try("make a folder in the web root", call("mkdir", path("web/folder"), 0o755), DONE),
    Try("make a file there", call("open", path("web/folder/token"), MAKE, 0o644), DONE),
    Try("remove a file there", call("unlink", path("web/folder/token")), DONE),
    Try("move one in", call("rename", path("home/page"), path("web/page")), "EACCES"),
]

K, A, O = ("-k", "keys/named"), ("-a", "keys/named"), ("-o", "out/new")


@dataclass
class Tool:
    name: str
    argv: tuple
    tries: list


TOOLS = (
    Tool("acme-key", ("import", "--encrypt", "--passphrase-file", "keys/named", *O), KEY + OUTPUT + NO_SOCKET),
    Tool("acme-csr", ("--names-from", "keys/named", *O), KEY + OUTPUT + NO_SOCKET),
    Tool("acme-register", ("--eab-kid", "x", "--eab-key-file", "keys/named", *O), KEY + OUTPUT + NETWORK + NO_LISTENING),
    Tool("acme-challenge", (*K, "--webroot", "web", "--trace", "home/trace", *O),
         KEY + OUTPUT + NETWORK + NO_LISTENING + WEB_ROOT + TRACE),
    Tool("acme-challenge order", (*K, *O), KEY + OUTPUT + NETWORK + NO_LISTENING),
    Tool("acme-challenge show", O, OUTPUT + NO_SOCKET),
    Tool("acme-challenge publish", (*A, "--webroot", "web", *O), KEY + OUTPUT + NO_SOCKET + WEB_ROOT),
    Tool("acme-challenge clean", (*A, "--webroot", "web", *O), KEY + OUTPUT + NO_SOCKET + WEB_ROOT),
    Tool("acme-challenge clean --dns-follow", (*A, "--webroot", "web", *O),
         KEY + OUTPUT + NETWORK + NO_LISTENING + WEB_ROOT),
    Tool("acme-challenge respond", (*K, *O), KEY + OUTPUT + NETWORK + NO_LISTENING),
    Tool("acme-challenge wait", (*K, *O), KEY + OUTPUT + NETWORK + NO_LISTENING),
    Tool("acme-challenge cancel", (*K, *O), KEY + OUTPUT + NETWORK + NO_LISTENING),
    Tool("acme-challenge check", (*A, "--webroot", "web", *O), KEY + OUTPUT + NETWORK + NO_LISTENING + WEB_ROOT),
    Tool("acme-challenge --standalone", ("PORT", *K, *O), KEY + OUTPUT + NETWORK + LISTENING),
    Tool("acme-challenge --alpn", ("PORT", *K, *O), KEY + OUTPUT + NETWORK + LISTENING),
    Tool("acme-finalize", (*K, *O), KEY + OUTPUT + NETWORK + NO_LISTENING),
    Tool("acme-finalize --replay", ("keys/named", *K, *O), KEY + OUTPUT + NO_SOCKET),
    Tool("acme-chain", (*K, *O), KEY + OUTPUT + NETWORK + NO_LISTENING),
    Tool("acme-renewal", O, OUTPUT + NETWORK + NO_LISTENING),
    Tool("acme-renewal --offline", O, OUTPUT + NO_SOCKET),
    Tool("acme-revoke", K, KEY + NETWORK + NO_LISTENING),
)


@dataclass
class Surroundings:
    folder: pathlib.Path
    other: int  # another process
    server: int  # a port on which somebody listens
    port: int  # one that is free
    abstract: bytes
    process: int = 0


@contextlib.contextmanager
def waiting(test, *argv):
    """The process of a tool that has come to its stdin, of which nothing comes."""
    tool = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=test.dir,
                            env=test.env, start_new_session=True)
    with tool:
        try:
            end = time.monotonic() + LIMIT
            while tool.poll() is None and not waits_for_stdin(tool.pid):
                assert time.monotonic() < end, "it doesn't come to its stdin"
                time.sleep(0.01)
            assert tool.returncode is None, tool.communicate()
            yield tool
        finally:
            tool.kill()


def waits_for_stdin(process):
    """In read, of descriptor 0, or in poll; in the tool itself, not in what runs it."""
    if not os.readlink(f"/proc/{process}/exe").rpartition("/")[2].startswith("acme-"):
        return False
    words = pathlib.Path(f"/proc/{process}/syscall").read_text().split()
    return words[:2] == ["0", "0x0"] or words[0] in ("7", "271")


@pytest.mark.own_sandbox
@pytest.mark.skipif(LANDLOCK < 6, reason="this kernel's Landlock knows less")
@pytest.mark.skipif(not hijack.POSSIBLE, reason="only root can take over a process, and only on x86_64")
class ConfinementTest(TableTest):
    table = TOOLS

    def check(self, row):
        for confined, before in (True, ()), (False, refusing("ENOSYS", *CONFINING)):
            for tried in self.outcomes(row, confined, before):
                with self.subTest(**tried):
                    self.assertEqual(tried["came"], tried["expected"])

    def outcomes(self, row, confined, before):
        with contextlib.ExitStack() as stack:
            at = self.surroundings(stack)
            words = (at.port if word == "PORT" else word for word in (*row.name.split(), *row.argv))
            tool = stack.enter_context(waiting(self, *before, *map(str, words)))
            it = stack.enter_context(hijacked(tool.pid))
            at.process = tool.pid
            for one in row.tries + ALL:
                came = one.make(at, it)
                yield {"confined": confined, "what": one.what, "came": DONE if isinstance(came, int) else came,
                       "expected": one.confined if confined else one.free}

    def surroundings(self, stack):
        for name in "home", "keys", "out", "web":
            shutil.rmtree(self.dir / name, ignore_errors=True)
            (self.dir / name).mkdir()
        for name in "home/secret", "home/more", "home/page", "keys/named", "keys/other.key", "out/site.key":
            (self.dir / name).write_text("secret\n")
        self.env["ACME_DIRECTORY"] = f"https://127.0.0.1:{stack.enter_context(silent_port())}/directory"
        other = stack.enter_context(subprocess.Popen(["sleep", str(LIMIT)]))
        stack.callback(other.kill)
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        name = f"{os.getpid():09}".encode()[-9:]
        unix.bind(b"\0" + name)
        unix.listen()
        return Surroundings(self.dir, other.pid, server.getsockname()[1], free_port(), name)


@pytest.mark.own_sandbox
@pytest.mark.skipif(LANDLOCK < 1, reason="this kernel has no Landlock")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees what a process waits for")
class MeanwhileTest(ToolTest):
    """What happens to files while a tool waits for its stdin."""

    def setup_method(self):
        super().setup_method()
        self.key = self.ok(self.run_tool("acme-key")).out
        (self.dir / "keys").mkdir()

    def request(self, *argv, meanwhile):
        with waiting(self, "acme-csr", *argv) as tool:
            meanwhile()
            out, err = tool.communicate(self.key, timeout=LIMIT)
            self.assertEqual((tool.returncode, err), (0, b""))
        return out

    def names(self, request):
        return re.findall(r"DNS:(\S+)", self.openssl("req", "-noout", "-text", stdin=request).text)

    def put(self, name, text):
        """As these tools do it: a new file in the place of the old one."""
        (self.dir / "made").write_text(text)
        (self.dir / "made").rename(self.dir / name)

    def test_a_file_that_is_replaced_is_read_as_it_was(self):
        self.put("keys/names", "old.example.org\n")
        made = self.request("--names-from", "keys/names", meanwhile=lambda: self.put("keys/names", "new.example.org\n"))
        self.assertEqual(self.names(made), ["old.example.org"])

    def test_a_file_that_is_written_to_is_read_as_it_is(self):
        self.put("keys/names", "old.example.org\n")
        made = self.request("--names-from", "keys/names",
                            meanwhile=lambda: (self.dir / "keys/names").write_text("new.example.org\n"))
        self.assertEqual(self.names(made), ["new.example.org"])

    def test_a_file_may_be_made_by_another_command_of_the_pipeline(self):
        made = self.request("--names-from", "keys/names", meanwhile=lambda: self.put("keys/names", "new.example.org\n"))
        self.assertEqual(self.names(made), ["new.example.org"])

    def test_an_output_may_be_made_by_another_run(self):
        for before in None, "old\n":
            for name in "new.csr", "link.csr":
                with self.subTest(before=before, name=name):
                    (self.dir / "link.csr").unlink(missing_ok=True)
                    (self.dir / "link.csr").symlink_to("keys/new.csr")
                    real = "keys/new.csr" if name == "link.csr" else name
                    (self.dir / real).unlink(missing_ok=True)
                    if before:
                        (self.dir / real).write_text(before)
                    self.request("-o", name, "example.org", meanwhile=lambda: self.put(real, "another's\n"))
                    self.assertEqual(self.names((self.dir / real).read_bytes()), ["example.org"])
                    self.assertTrue((self.dir / "link.csr").is_symlink())
