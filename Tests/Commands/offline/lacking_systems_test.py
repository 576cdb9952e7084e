"""Keys and other files where the kernel, a sandbox or the file system lacks what Linux usually has."""

import os
import pathlib
import shutil
import stat
import subprocess

import pytest
from sandbox import ERRNOS, NICETIES, refusing, without_proc
from tools import ToolTest

CALLS = sorted(set(NICETIES) - {"prctl", "umask", "linkat"})  # those that files are made with, each alone
COMBINED = [("renameat2", "link", "linkat"), ("fchmod", "fchown", "fsync"), tuple(CALLS)]


class FilesTest(ToolTest):
    """What is true of a file that these tools make, wherever that is."""

    before = ()  # the words before a command
    folder = "."

    def tool(self, *argv, **options):
        return self.run_tool(*self.before, *argv, **options)

    def path(self, name):
        return f"{self.folder}/{name}"

    def read(self, name):
        return (self.dir / self.path(name)).read_bytes()

    def here(self):
        return sorted(os.listdir(self.dir / self.folder))

    def mode(self, name):
        return stat.S_IMODE(os.stat(self.dir / self.path(name)).st_mode)

    def makes_keys(self):
        """A new key, for its owner alone; never over another file, unless told to; nothing left beside it."""
        self.ok(self.tool("acme-key", "-o", self.path("k")))
        self.assertEqual((self.here(), self.mode("k")), (["k"], 0o600))
        key = self.read("k")
        self.assertEqual(self.openssl("pkey", "-in", self.path("k"), "-noout").status, 0)
        self.fails(self.tool("acme-key", "-o", self.path("k")), 73, "exists already")
        self.assertEqual((self.here(), self.read("k")), (["k"], key))
        self.ok(self.tool("acme-key", "--force", "-o", self.path("k")))
        self.assertNotEqual(self.read("k"), key)
        self.assertEqual((self.here(), self.mode("k")), (["k"], 0o600))

    def makes_others(self):
        """A request, open as the umask has it; again, with the mode that it has got since."""
        self.ok(self.tool("acme-csr", "-k", self.path("k"), "-o", self.path("r"), "example.org", umask=0o027))
        self.assertEqual((self.here(), self.mode("r")), (["k", "r"], 0o640))
        os.chmod(self.dir / self.path("r"), 0o604)
        self.ok(self.tool("acme-csr", "-k", self.path("k"), "-o", self.path("r"), "example.org"))
        self.assertEqual((self.here(), self.mode("r")), (["k", "r"], 0o604))
        self.fails(self.tool("acme-csr", "-k", self.path("k"), "-o", self.path("k"), "example.org"), 73, "private key")

    def makes_all(self):
        self.makes_keys()
        self.makes_others()


@pytest.mark.own_sandbox
class RefusedCallsTest(FilesTest):
    def test_each_call_that_is_refused_is_done_without(self):
        for code in ERRNOS:
            for calls in [(call,) for call in CALLS] + COMBINED:
                with self.subTest(code=code, calls=calls):
                    self.before = refusing(code, *calls)
                    self.makes_all()
                    for name in self.here():
                        (self.dir / name).unlink()

    def test_a_mounted_file_is_seen_without_statx_too(self):
        (self.dir / "real").write_text("as it was\n")
        (self.dir / "csr").touch()
        self.ok(self.run_tool("acme-key", "-o", "k"))
        root = [] if os.geteuid() == 0 else ["--map-root-user"]
        for words in (), refusing("ENOSYS", "statx"):
            done = self.run_tool("unshare", *root, "--mount", "sh", "-c", 'mount --bind real csr && exec "$@"', "sh",
                                 *words, "acme-csr", "-k", "k", "-o", "csr", "example.org")
            self.fails(done, 73, "a file is mounted there")
            self.assertEqual((self.files(), (self.dir / "real").read_text()), (["csr", "k", "real"], "as it was\n"))


@pytest.mark.own_sandbox
@pytest.mark.unsanitized
class WithoutProcTest(FilesTest):
    before = without_proc()

    def test_files_are_made(self):
        self.makes_all()

    def test_names_of_descriptors_are_known(self):
        done = self.tool("acme-key", "-o", "/dev/stdout")
        self.assertIn(b"PRIVATE KEY", self.ok(done).out)
        done = self.tool("acme-key", "thumbprint", "-k", "/dev/stdin", stdin=done.out)
        self.assertEqual(len(self.ok(done).out), 44)


@pytest.mark.own_sandbox
class OddFileSystemTest(FilesTest):
    """A FUSE file system has no RENAME_NOREPLACE, as NFS, 9p, sshfs, glusterfs and cephfs have none."""

    folder = "mnt"

    def mount(self, *options):
        for name in "real", "mnt":
            (self.dir / name).mkdir()
        done = subprocess.run(["bindfs", *options, self.dir / "real", self.dir / "mnt"], capture_output=True)
        if done.returncode != 0:
            pytest.skip(f"no FUSE here: {done.stderr.decode(errors='replace').strip()}")
        self.addCleanup(subprocess.run, ["umount", self.dir / "mnt"], check=True)

    def test_without_the_rename(self):
        self.mount()
        self.makes_all()

    def test_without_links_too(self):
        self.mount("--hide-hard-links")
        self.before = refusing("EPERM", "link", "linkat", "renameat2")
        self.makes_all()

    def test_modes_and_owners_that_cannot_be_changed(self):
        self.mount("--chmod-deny", "--chown-deny")
        self.makes_keys()

    def test_modes_that_are_what_they_are(self):
        """As on FAT and CIFS: it is said that others may read the key."""
        self.mount("--perms=a+rX", "--chmod-ignore")
        done = self.ok(self.tool("acme-key", "-o", self.path("k")), quiet=False)
        self.assertRegex(done.err, "^acme-key: warning: .*others can read.*\n$")
        self.assertEqual(self.here(), ["k"])


@pytest.mark.own_sandbox
class ProvedOutputTest(ToolTest):
    """What can't be written is said before stdin is read: the writer finds its reader gone."""

    def setup_method(self):
        super().setup_method()
        self.ok(self.run_tool("acme-key", "-o", "k"))

    def refused(self, name, message, *before, status=73):
        """`acme-csr -o name`, whose stdin nobody ends."""
        reader, writer = os.pipe()
        try:
            with open(reader, "rb") as stdin:
                done = self.run_tool(*before, "acme-csr", "-o", name, "example.org", stdin=stdin)
        finally:
            os.close(writer)
        self.fails(done, status, message)

    def test_names(self):
        self.refused("n" * 256, "too long")
        self.refused("no/such", "no such file")
        self.refused("k/x", "not a directory")
        self.refused(".", "is a directory")
        self.assertEqual(self.files(), ["k"])

    def test_a_name_as_long_as_can_be(self):
        name = "n" * 255
        self.ok(self.run_tool("acme-csr", "-k", "k", "-o", name, "example.org"))
        self.assertEqual(self.files(), ["k", name])

    @pytest.mark.unsanitized
    def test_a_limit_to_the_size_of_files(self):
        self.refused("r", "too large", "sh", "-c", 'ulimit -f 0; exec "$@"', "sh")
        self.assertEqual(self.files(), ["k"])

    def test_no_room_on_the_disk(self):
        full = self.dir / "full"
        full.mkdir()
        root = [] if os.geteuid() == 0 else ["--map-root-user"]
        script = 'mount -t tmpfs -o size=4k none full && "$@"; status=$?; ls -A full; exit $status'
        done = self.run_tool("unshare", *root, "--mount", "sh", "-c", script, "sh", "acme-csr", "-k", "k", "-o", "full/r",
                             "example.org")
        self.assertEqual(self.fails(done, 73, "no space left").out, b"")

    def test_another_persons_file_in_a_sticky_folder(self):
        if os.geteuid() != 0:
            pytest.skip("only root can make another person's file")
        folder = self.dir / "sticky"
        folder.mkdir()
        folder.chmod(0o1777)
        self.dir.chmod(0o755)
        (folder / "r").write_text("theirs\n")
        os.chown(folder / "r", 12345, 12345)
        shutil.copy(self.dir / "k", folder / "k")
        os.chown(folder / "k", 65534, 65534)
        tool = shutil.copy(shutil.which("acme-csr", path=self.env["PATH"]), folder)
        os.chmod(tool, 0o755)
        done = self.run_tool("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", tool, "-k", folder / "k", "-o",
                             folder / "r", "example.org")
        self.fails(done, 73, "not permitted")
        self.assertEqual((folder / "r").read_text(), "theirs\n")
        self.assertEqual(sorted(os.listdir(folder)), ["acme-csr", "k", "r"])

    def test_a_key_that_may_not_be_read(self):
        if os.geteuid() == 0:
            before = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        else:
            before = ()
        self.dir.chmod(0o777)
        tool = self.dir / "acme-csr"
        shutil.copy(shutil.which("acme-csr", path=self.env["PATH"]), tool)
        (self.dir / "k").chmod(0o644)
        shutil.copy(self.dir / "k", self.dir / "secret")
        (self.dir / "secret").chmod(0)
        done = self.run_tool(*before, tool, "-k", "k", "-o", "secret", "example.org")
        self.fails(done, 73, "might be a private key")
        self.assertEqual(pathlib.Path(self.dir / "secret").stat().st_size, pathlib.Path(self.dir / "k").stat().st_size)

    def test_a_group_is_kept_where_it_may_be(self):
        if os.geteuid() != 0:
            pytest.skip("only root can make a file of another group")
        (self.dir / "r").touch(mode=0o640)
        os.chown(self.dir / "r", 0, 4242)
        os.chmod(self.dir / "r", 0o640)
        self.ok(self.run_tool("acme-csr", "-k", "k", "-o", "r", "example.org"))
        found = (self.dir / "r").stat()
        self.assertEqual((found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)), (0, 4242, 0o640))
