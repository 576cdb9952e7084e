"""scripts/acme.mk with ACME_NEW_KEYS: key and chain change together, wherever a run is cut off."""

import os
import shutil

import pytest
from tools import REPO, ToolTest

NAME = "one.example"
# A chain holds what the key holds that its request was made with, so a pair is seen by that.
TOOLS = {
    "acme-key": 'case "$*" in *account*) : ;; esac; echo "key $(date +%s%N)" >"$out"; chmod 600 "$out"',
    "acme-csr": 'cat "$key" >"$out"',
    "acme-register": 'echo account >"$out"',
    "acme-challenge": 'cat; exit',
    "acme-finalize": 'cat "$csr" >"$out"',
    "acme-chain": 'out=$(readlink -f "$out"); cat >"$out.new"; cmp -s "$csr" "$out.new" || exit 65; mv -f "$out.new" "$out"',
    "acme-renewal": """due=false
[ -e one.example.pem ] || due=true
printf '{"due":%s,"file":"one.example.pem","reason":"missing"}\\n' $due""",
}
PAIR = ("one.example.live/key.pem", "one.example.live/chain.pem")
# Before each command: is there a pair? And the shell that runs it ends at the one that is to be its last.
EACH = """#!/bin/sh
PATH=$REAL
torn() {
    [ -e "$1" ] && [ -e "$2" ] && [ "$(cat "$1")" != "$(cat "$2")" ]
}
if [ "$KEY_IS_GONE" = no ] && torn one.example.key one.example.pem; then echo "$0 $*" >>torn; fi
if torn one.example.live/key.pem one.example.live/chain.pem; then echo "$0 $* (live)" >>torn; fi
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


class KeysTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "bin").mkdir()
        self.env |= {"REAL": f"{os.environ['PATH']}", "PATH": f"{self.dir}/bin:{os.environ['PATH']}", "LAST": "0",
                     "KEY_IS_GONE": "no"}
        for name, text in TOOLS.items():
            self.add_program(name, EACH + PARSE + text + "\n")
        self.add_program("sync", EACH)  # what it does can't be seen here, and takes its time
        for name in ("mv", "ln", "cp", "rm", "mkdir", "readlink", "cmp"):
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


class NewKeys(KeysTest):

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
            state = shutil.copytree(self.dir, f"{self.dir}.state", symlinks=True)
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

    def test_a_key_that_has_no_chain_yet_is_not_moved(self):
        """A run that was to make it was cut off, and new keys are switched on; or the key is gone in between."""
        self.env["KEY_IS_GONE"] = "yes"
        for order in "fails", "is made":
            (self.dir / f"{NAME}.key").unlink()
            if order == "fails":
                text = (self.dir / "bin" / "acme-finalize").read_text()
                self.add_program("acme-finalize", "#!/bin/sh\nexit 75\n")
                self.assertEqual(self.run_tool("make", "-s", "ACME_DUE=true").status, 2)
                self.add_program("acme-finalize", text)
            self.ok(self.renew())
            self.assertFalse((self.dir / f"{NAME}.live").exists())
        self.env["KEY_IS_GONE"] = "no"
        self.ok(self.renew())
        self.assertTrue((self.dir / f"{NAME}.live").exists())

    def test_busybox(self):
        for name in ("mv", "ln", "cp", "rm", "mkdir", "readlink", "cmp"):
            (self.dir / "bin" / name).unlink()
            (self.dir / "bin" / name).symlink_to(shutil.which("busybox"))
        for _ in range(2):
            self.ok(self.renew())
        self.assertNotEqual(self.read("key"), self.first)


def remove(*names):
    def damage(folder):
        for name in names:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return damage


def new_file(name, text="another key\n"):
    def damage(folder):
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_text(text)
    return damage


def next_leads_nowhere(folder):
    (folder / f"{NAME}.next").symlink_to(f"{NAME}.3")


class Damaged(KeysTest):
    """Files that somebody has taken away or put there, of a site whose pair is in a folder."""

    DAMAGES = {
        "key": remove(f"{NAME}.key"),
        "own key": new_file(f"{NAME}.key"),
        "chain": remove(f"{NAME}.pem"),
        "key and chain": remove(f"{NAME}.key", f"{NAME}.pem"),
        "request": remove(f"{NAME}.csr"),
        "order": remove(f"{NAME}.order"),
        "next": next_leads_nowhere,
        "folder before": remove(f"{NAME}.2"),
        "live": remove(f"{NAME}.live"),
        "live's folder": remove(f"{NAME}.1"),
        "live's key": remove(f"{NAME}.live/key.pem"),
        "live's chain": remove(f"{NAME}.live/chain.pem"),
        "live's pair": remove(*PAIR),
    }

    def setup_method(self):
        super().setup_method()
        for _ in range(2):
            self.ok(self.renew())
        self.assertEqual(os.readlink(self.dir / f"{NAME}.live"), f"{NAME}.1")
        self.env["KEY_IS_GONE"] = "yes"

    def make(self, last=0, due=False):
        (self.dir / "steps").write_text("")
        self.env["LAST"] = str(last)
        result = self.run_tool("make", "-s", "-j4", f"ACME_DUE={f'echo {NAME}.pem' if due else 'true'}")
        self.assertFalse((self.dir / "torn").exists(), result)
        return result

    def in_use(self):
        return [(self.dir / name).read_text() for name in PAIR]

    def heals(self):
        self.ok(self.make())
        key, chain = self.in_use()
        self.assertEqual([key, self.read("key"), self.read("pem")], 3 * [chain])
        self.assertEqual(self.ok(self.run_tool("make", "-q", "ACME_DUE=true")).out, b"")

    def keep_state(self):
        self.state = f"{self.dir}.state"
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.copytree(self.dir, self.state, symlinks=True)
        self.addCleanup(shutil.rmtree, self.state, ignore_errors=True)

    def damage(self, damage):
        shutil.rmtree(self.dir)
        shutil.copytree(self.state, self.dir, symlinks=True)
        damage(self.dir)

    def test_the_next_run_heals(self):
        for new_keys, due in ("yes", True), ("yes", False), ("no", False):
            self.write_makefile(new_keys)
            self.keep_state()
            for name, damage in self.DAMAGES.items():
                with self.subTest(name, new_keys=new_keys, due=due):
                    self.damage(damage)
                    self.ok(self.make(due=due))
                    self.heals()

    def cut_off(self, *damages):
        """At no moment the folder in use holds what is no pair."""
        self.keep_state()
        for name in damages:
            self.damage(self.DAMAGES[name])
            self.ok(self.make())
            for last in range(1, len((self.dir / "steps").read_text().splitlines()) + 1):
                with self.subTest(name, last=last):
                    self.damage(self.DAMAGES[name])
                    self.make(last)
                    if not name.startswith("live"):
                        self.assertEqual(len(set(self.in_use())), 1)
                    self.heals()

    def test_cut_off_anywhere(self):
        self.cut_off("key")

    @pytest.mark.takes_longer
    def test_cut_off_anywhere_with_less(self):
        self.cut_off(*self.DAMAGES)

    def test_the_own_key_stays(self):
        self.DAMAGES["own key"](self.dir)
        self.ok(self.make(due=True))
        self.assertEqual(self.in_use(), 2 * ["another key\n"])

    def test_a_folder_in_place_of_the_link(self):
        (self.dir / f"{NAME}.live").unlink()
        shutil.copytree(self.dir / f"{NAME}.1", self.dir / f"{NAME}.live")
        result = self.make(due=True)
        self.assertEqual(result.status, 2)
        self.assertRegex(result.err, rf"\Aacme\.mk: {NAME}\.live has to be a link to a folder: {NAME}\.1 or {NAME}\.2\n"
                         r"make: .* Error 73\n\Z")
