"""scripts/hooks/acme-sh. Debian has no acme.sh, so a stand-in has those of its functions that matter here."""

from bind import Bind
from testbed import PipelineTest
from tools import REPO, quoted

HOOK = REPO / "scripts" / "hooks" / "acme-sh"

# Like the real one it finds its home by $0, talks on stdout, trips over set -eu, and ends by running its arguments.
ACME_SH = """#!/usr/bin/env sh
_info() { [ "$NO_TIMESTAMP" ] || echo "$(date)"; echo "$1"; }
_err() { echo "$1" >&2; return 1; }
_initpath() {
  [ "$_SCRIPT_HOME" ] || _SCRIPT_HOME=$(dirname "$(readlink -f "$0")")
  [ "$LE_WORKING_DIR" ] || LE_WORKING_DIR=$HOME/.acme.sh
  [ "$ACCOUNT_CONF_PATH" ] || ACCOUNT_CONF_PATH=$LE_WORKING_DIR/account.conf
  . "$ACCOUNT_CONF_PATH"
  [ "$HTTP_HEADER" ] || HTTP_HEADER=$LE_WORKING_DIR/http.header
}
_findHook() {
  for _file in "$_SCRIPT_HOME/$2/$3.sh" "$LE_WORKING_DIR/$3.sh" "$LE_WORKING_DIR/$2/$3.sh"; do
    if [ -f "$_file" ]; then printf %s "$_file"; return; fi
  done
}
_save() { grep -v "^$2=" "$1" >"$1.new"; echo "$2='$3'" >>"$1.new"; mv "$1.new" "$1"; }
_read() { ( . "$1"; eval "printf %s \\"\\$$2\\"" ); }
_saveaccountconf_mutable() { _save "$ACCOUNT_CONF_PATH" "SAVED_$1" "$2"; }
_readaccountconf_mutable() { _read "$ACCOUNT_CONF_PATH" "SAVED_$1"; }
_savedomainconf() { _save "$DOMAIN_CONF" "$1" "$2"; }
main() {
  [ -z "$1" ] && echo "a page of help" >&2 && return
  if echo "$1" | grep -q "^-"; then echo "options" >&2; else "$@"; fi
}
main "$@"
"""

# A provider as acme.sh's guide for their authors describes it.
PROVIDER = """#!/usr/bin/env sh
dns_test_add() { _test_update add "$1" "$2"; }
dns_test_rm() { _test_update delete "$1" "$2"; }
_test_update() {
  TEST_Key="${TEST_Key:-$(_readaccountconf_mutable TEST_Key)}"
  if [ -z "$TEST_Key" ]; then
    _err "you didn't say TEST_Key"
    return 1
  fi
  _saveaccountconf_mutable TEST_Key "$TEST_Key"
  _savedomainconf TEST_Zone example.org
  _info "$1 $2"
  echo "200" >"$HTTP_HEADER"
  printf 'server 127.0.0.1 %s\\nupdate %s %s 60 TXT "%s"\\nsend\\n' "$TEST_Port" "$1" "$2" "$3" |
    nsupdate -k "$TEST_Key"
}
"""


class AcmeSh(PipelineTest):

    @classmethod
    def setup_class(cls):
        cls.bind = Bind.shared()
        cls.SETTINGS = {"DNS_SERVER": cls.bind.address}
        super().setup_class()

    def setup_method(self):
        super().setup_method()
        self.home = self.dir / "home" / ".acme.sh"
        (self.home / "dnsapi").mkdir(parents=True)
        (self.home / "acme.sh").write_text(ACME_SH)
        (self.home / "account.conf").write_text("LOG_LEVEL='1'\n")
        (self.home / "dnsapi" / "dns_test.sh").write_text(PROVIDER)
        (self.dir / "tmp").mkdir()
        self.env |= {"HOME": str(self.dir / "home"), "TMPDIR": str(self.dir / "tmp"), "TEST_Port": str(self.bind.port),
                     "TEST_Key": self.bind.settings["NSUPDATE_KEY"]}

    def teardown_method(self):
        self.assertEqual(self.bind.records(), self.bind.untouched)
        self.assertEqual(list((self.dir / "tmp").iterdir()), [])

    def challenge(self, provider="dns_test"):
        return self.run_tool("acme-challenge", "--hook", quoted(HOOK, provider), "-o", "ready.json",
                             stdin=self.read("site.csr"))

    def issue_by_it(self, *names):
        self.csr(*names)
        self.ok(self.challenge())
        self.ok(self.sh("acme-finalize <ready.json | acme-chain -o site.pem"))
        self.good_chain("site.pem", names)

    def in_its_folder(self):
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*"))

    def test_a_name_and_its_wildcard(self):
        before = self.in_its_folder()
        self.issue_by_it("example.org", "*.example.org")
        self.assertEqual(self.in_its_folder(), before)

    def test_what_acme_sh_has_kept(self):
        """The environment is wanted but once."""
        self.issue_by_it("one.example.org")
        del self.env["TEST_Key"]
        self.issue_by_it("two.example.org")

    def test_installed_elsewhere(self):
        """A link to it is in PATH, as packages do it; account.conf is beside it, or in the home folder."""
        other = self.dir / "opt" / "acme"
        other.parent.mkdir()
        self.home.rename(other)
        (self.dir / "link").symlink_to(other / "acme.sh")
        self.env["ACME_SH"] = str(self.dir / "link")
        self.issue_by_it("one.example.org")
        self.assertIn("SAVED_TEST_Key", (other / "account.conf").read_text())
        self.home.mkdir()
        (other / "account.conf").rename(self.home / "account.conf")
        self.issue_by_it("two.example.org")

    def test_a_provider_of_the_user_s_own(self):
        (self.home / "dnsapi" / "dns_test.sh").rename(self.home / "dns_test.sh")
        self.issue_by_it("one.example.org")

    def test_a_provider_that_fails(self):
        del self.env["TEST_Key"]
        self.csr("one.example.org")
        self.fails(result := self.challenge(), 71, r"failed with status 1 \(for one\.example\.org\)")
        self.assertIn("you didn't say TEST_Key", result.err)
        self.assertNotIn("a page of help", result.err)

    def test_what_is_not_there(self):
        self.csr("one.example.org")
        (self.home / "dnsapi" / "dns_odd.sh").write_text("dns_even_add() { true; }\n")
        for provider, acme_sh, words in [
                ("dns_none", None, "acme.sh knows no provider dns_none"),
                ("dns_odd", None, "has no function dns_odd_add"),
                ("dns_test", "/nowhere/acme.sh", "there is no acme.sh at /nowhere/acme.sh"),
                ("dns_test", "/dev/null", "/dev/null is no acme.sh"), ("dns_test more", None, "it takes PROVIDER")]:
            with self.subTest(words):
                self.env.pop("ACME_SH", None)
                self.env |= {"ACME_SH": acme_sh} if acme_sh else {}
                result = self.run_tool("acme-challenge", "--hook", f"{HOOK} {provider}", "-o", "ready.json",
                                       stdin=self.read("site.csr"))
                self.fails(result, 71, "failed with status 1")
                self.assertRegex(result.err, f"(?m)^acme-sh hook: .*{words}")
