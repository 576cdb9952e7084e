"""scripts/acme.mk with ACME_NEW_KEYS: key and chain change together, wherever a run is cut off."""

import os
import shutil

from tools import REPO, ToolTest

NAME = "one.example"
# A chain holds what the key holds that its request was made with, so a pair is seen by that.
TOOLS = {
    "acme-key": 'case "$*" in *account*) : ;; esac; echo "key $(date +%s%N)" >"$out"; chmod 600 "$out"',
    "acme-csr": 'cat "$key" >"$out"',
    "acme-register": 'echo account >"$out"',
    "acme-challenge": 'cat; exit',
    "acme-finalize": 'cat "$csr" >"$out"',
    "acme-chain": 'cat >"$out.new"; mv -f "$out.new" "$out"',
    "acme-renewal": ":",
}
# Before each command: is there a pair? And the shell that runs it ends at the one that is to be its last.
EACH = """#!/bin/sh
PATH=$REAL
if [ -e one.example.pem ]; then
    [ "$(cat one.example.key)" = "$(cat one.example.pem)" ] || echo "$0 $*" >>torn
    [ ! -e one.example.live ] || [ "$(cat one.example.live/key.pem)" = "$(cat one.example.live/chain.pem)" ] ||
        echo "$0 $* (live)" >>torn
fi
echo "$(basename "$0") $*" >>steps
if [ "$(wc -l <steps)" = "$LAST" ]; then
    kill -9 "$PPID"
    exit 1
fi
"""
PARSE = """all="$*"; out= key= csr=
while [ $# -gt 0 ]; do
    case $1 in -o) out=$2 ;; -k) key=$2 ;; --csr) csr=$2 ;; esac
    shift
done
"""


class NewKeys(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "bin").mkdir()
        self.env |= {"REAL": f"{os.environ['PATH']}", "PATH": f"{self.dir}/bin:{os.environ['PATH']}", "LAST": "0"}
        for name, text in TOOLS.items():
            self.add_program(name, EACH + PARSE + text + "\n")
        for name in ("mv", "ln", "cp", "rm", "mkdir", "sync", "readlink", "cmp"):
            self.add_program(name, f'{EACH}exec {shutil.which(name)} "$@"\n')
        self.write_makefile("no")
        self.ok(self.run_tool("make", "-s"))
        self.first = self.read("key")
        self.write_makefile("yes")

    def add_program(self, name, text):
        (self.dir / "bin" / name).write_text(text)
        (self.dir / "bin" / name).chmod(0o755)

    def write_makefile(self, new_keys):
        (self.dir / "Makefile").write_text(
            f"NAMES = {NAME}\nACME_NEW_KEYS = {new_keys}\ninclude {REPO}/scripts/acme.mk\n")

    def read(self, end):
        return (self.dir / f"{NAME}.{end}").read_text()

    def renew(self, last=0, due=True):
        (self.dir / "steps").write_text("")
        self.env["LAST"] = str(last)
        result = self.run_tool("make", "-s", "-j4", f"ACME_DUE={f'echo {NAME}.pem' if due else 'true'}")
        self.assertFalse((self.dir / "torn").exists(), result)
        self.assertEqual(self.read("key"), self.read("pem"))
        return result

    def test_each_renewal_has_its_key(self):
        (self.dir / f"{NAME}.key").chmod(0o640)
        keys = [self.first]
        for _ in range(3):
            self.ok(self.renew())
            keys.append(self.read("key"))
            self.assertEqual((self.dir / f"{NAME}.key").stat().st_mode & 0o777, 0o640)
            previous = {(self.dir / f"{NAME}.{n}" / "key.pem").read_text() for n in (1, 2)}
            self.assertEqual(previous, set(keys[-2:]), "this one and the one before")
            self.assertFalse(os.path.lexists(self.dir / f"{NAME}.next"))
            self.assertEqual(self.ok(self.run_tool("make", "-q", "ACME_DUE=true")).out, b"")
        self.assertEqual(len(set(keys)), 4)

    def test_cut_off_anywhere(self):
        """In the renewal that moves the files of before, and in the one after it."""
        for _ in range(2):
            state = shutil.copytree(self.dir, self.dir.parent / "state", symlinks=True)
            self.ok(self.renew())
            count = len((self.dir / "steps").read_text().splitlines())
            self.assertGreater(count, 10)
            for last in range(1, count + 1):
                with self.subTest(last=last):
                    shutil.rmtree(self.dir)
                    shutil.copytree(state, self.dir, symlinks=True)
                    before = self.read("key")
                    self.renew(last)
                    for _ in range(2):
                        self.ok(self.renew())
                    self.assertNotEqual(self.read("key"), before)
            shutil.rmtree(state)

    def test_an_order_that_fails_keeps_the_key_that_was_begun(self):
        self.ok(self.renew())
        before = self.read("key")
        text = (self.dir / "bin" / "acme-finalize").read_text()
        self.add_program("acme-finalize", "#!/bin/sh\nexit 75\n")
        begun = set()
        for _ in range(3):
            self.assertEqual(self.renew().status, 2)
            self.assertEqual(self.read("key"), before)
            begun.add((self.dir / f"{NAME}.next" / "key.pem").read_text())
        self.add_program("acme-finalize", text)
        self.ok(self.renew())
        self.assertEqual({self.read("key")}, begun)

    def test_switched_off_again(self):
        self.ok(self.renew())
        self.write_makefile("no")
        before = self.read("key")
        self.ok(self.renew())
        self.assertEqual(self.read("key"), before)

    def test_a_request_that_was_touched(self):
        self.ok(self.renew())
        (self.dir / f"{NAME}.csr").touch()
        self.ok(self.renew(due=False))

    def test_busybox(self):
        for name in ("mv", "ln", "cp", "rm", "mkdir", "readlink", "cmp"):
            (self.dir / "bin" / name).unlink()
            (self.dir / "bin" / name).symlink_to(shutil.which("busybox"))
        for _ in range(2):
            self.ok(self.renew())
        self.assertNotEqual(self.read("key"), self.first)
