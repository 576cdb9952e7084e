"""--hook-style: hooks that were written for other clients, to those clients' documentation, run unchanged."""

import json

from bind import Bind
from testbed import PipelineTest

# What each of them makes of its arguments or variables: NAME and VALUE of the record, and whether it is to be there.
DEHYDRATED = """
case $1 in
deploy_challenge) put "_acme-challenge.$2." "$4" ;;
clean_challenge) take "_acme-challenge.$2." "$4" ;;
esac
"""
UACME = """
[ "$2" = dns-01 ] || exit 1
case $1 in
begin) put "_acme-challenge.$3." "$5" ;;
done | failed) take "_acme-challenge.$3." "$5" ;;
esac
"""
LEGO = """
case $1 in
present) put "$2" "$3" ;;
cleanup) take "$2" "$3" ;;
esac
"""
CERTBOT_AUTH = """
[ $# = 0 ] && [ -z "$CERTBOT_TOKEN" ] || exit 1
put "_acme-challenge.$CERTBOT_DOMAIN." "$CERTBOT_VALIDATION"
echo "put by $$"
"""
CERTBOT_CLEANUP = """
case $CERTBOT_AUTH_OUTPUT in
"put by "*) take "_acme-challenge.$CERTBOT_DOMAIN." "$CERTBOT_VALIDATION" ;;
*) exit 1 ;;
esac
"""
HEAD = """#!/bin/bash -e
echo "$0 $*" >>calls
put() { curl -sf -d "{\\"host\\":\\"$1\\",\\"value\\":\\"$2\\"}" "$DNS_MANAGEMENT/set-txt"; }
take() { curl -sf -d "{\\"host\\":\\"$1\\"}" "$DNS_MANAGEMENT/clear-txt"; }
"""
HEAD_FOR_BIND = """#!/bin/bash -e
update() { printf "server 127.0.0.1 $NSUPDATE_PORT\\nupdate %s\\nsend\\n" "$1" | nsupdate -k "$NSUPDATE_KEY"; }
put() { update "add $1 60 TXT \\"$2\\""; }
take() { update "delete $1 TXT \\"$2\\""; }
"""


class HookStyleTest(PipelineTest):

    HEAD = HEAD

    def hook(self, name, text):
        (self.dir / name).write_text(self.HEAD + text)
        (self.dir / name).chmod(0o755)

    def pipeline(self, names, options):
        self.ok(self.sh(f"""
            acme-csr -k site.key {names} | acme-challenge {options} |
              acme-finalize | acme-chain -o site.pem"""))


class HookStyles(HookStyleTest):

    def calls(self):
        return [line.split() for line in self.read("calls").decode().splitlines()]

    def issues(self, options):
        self.pipeline("one.example.org '*.two.example.org'", options)
        self.good_chain("site.pem", ["*.two.example.org", "one.example.org"])
        return self.calls()

    def test_dehydrated(self):
        self.hook("hook", DEHYDRATED)
        calls = self.issues("--hook ./hook --hook-style dehydrated")
        self.assertEqual(sorted(call[1:3] for call in calls), [
            ["clean_challenge", "one.example.org"], ["clean_challenge", "two.example.org"],
            ["deploy_challenge", "one.example.org"], ["deploy_challenge", "two.example.org"]])

    def test_uacme(self):
        self.hook("hook", UACME)
        calls = self.issues("--hook ./hook --hook-style uacme")
        self.assertEqual([call[1] for call in calls], ["begin", "begin", "done", "done"])

    def test_uacme_is_told_of_a_failure(self):
        self.hook("hook", UACME.replace('put "_acme-challenge', 'put "elsewhere'))
        self.csr("one.example.org")
        result = self.sh("acme-challenge --hook ./hook --hook-style uacme <site.csr | cat >/dev/null")
        self.fails(result, 77, "could not validate one.example.org by dns-01")
        self.assertEqual([call[1] for call in self.calls()], ["begin", "failed"])

    def test_uacme_s_own_hook(self):
        """The one that Debian ships, unchanged."""
        folder = self.testbed.webroot / ".well-known" / "acme-challenge"
        folder.mkdir(parents=True, exist_ok=True)
        self.env["UACME_CHALLENGE_PATH"] = str(folder)
        self.pipeline("one.example.org 127.0.0.1", "--type http-01 --hook /usr/share/uacme/uacme.sh --hook-style uacme")
        self.assertEqual(self.names_of("site.pem"), ["DNS:one.example.org", "IP Address:127.0.0.1"])
        self.assertEqual(self.testbed.tokens(), [])

    def test_lego_exec(self):
        self.hook("hook", LEGO)
        calls = self.issues("--hook ./hook --hook-style lego-exec")
        self.assertEqual({tuple(call[1:3]) for call in calls}, {
            ("present", "_acme-challenge.one.example.org."), ("cleanup", "_acme-challenge.one.example.org."),
            ("present", "_acme-challenge.two.example.org."), ("cleanup", "_acme-challenge.two.example.org.")})

    def test_certbot(self):
        """Its cleanup hook gets what the auth hook has said."""
        self.hook("auth", CERTBOT_AUTH)
        self.hook("cleanup", CERTBOT_CLEANUP)
        calls = self.issues("--hook ./auth --cleanup-hook ./cleanup --hook-style certbot")
        self.assertEqual([call[0] for call in calls], ["./auth", "./auth", "./cleanup", "./cleanup"])

    def test_certbot_s_hooks_know_how_many_come_after_them(self):
        """A hook that waits for the name servers waits in the last call alone."""
        note = 'echo "${0#./} $CERTBOT_ALL_DOMAINS $CERTBOT_REMAINING_CHALLENGES" >>notes\n'
        self.hook("auth", note + CERTBOT_AUTH)
        self.hook("cleanup", note + CERTBOT_CLEANUP)
        self.issues("--webroot none.example.org=. --hook ./auth --cleanup-hook ./cleanup --hook-style certbot")
        notes = [line.split() for line in self.read("notes").decode().splitlines()]
        self.assertEqual({tuple(sorted(names.split(","))) for _, names, _ in notes}, {("one.example.org", "two.example.org")})
        self.assertEqual([(hook, left) for hook, _, left in notes],
                         [("auth", "1"), ("auth", "0"), ("cleanup", "1"), ("cleanup", "0")])

    def test_certbot_by_http(self):
        self.hook("auth", '[ "$CERTBOT_TOKEN" ] && folder=$WEBROOT/.well-known/acme-challenge && mkdir -p "$folder" &&'
                          ' echo "$CERTBOT_VALIDATION" >"$folder/$CERTBOT_TOKEN"')
        self.hook("cleanup", 'rm "$WEBROOT/.well-known/acme-challenge/$CERTBOT_TOKEN"')
        self.pipeline("one.example.org 127.0.0.1",
                      "--type http-01 --hook ./auth --cleanup-hook ./cleanup --hook-style certbot")
        self.assertEqual(self.names_of("site.pem"), ["DNS:one.example.org", "IP Address:127.0.0.1"])
        self.assertEqual(self.testbed.tokens(), [])

    def test_dehydrated_and_uacme_by_http(self):
        for style, words in (("dehydrated", "deploy_challenge clean_challenge $3 $4"), ("uacme", "begin done $4 $5")):
            with self.subTest(style):
                present, cleanup, token, proof = words.split()
                self.hook("hook", f"""folder=$WEBROOT/.well-known/acme-challenge; mkdir -p "$folder"
                    case $1 in
                    {present}) printf %s "{proof}" >"$folder/{token}" ;;
                    {cleanup}) rm "$folder/{token}" ;;
                    esac""")
                self.pipeline("one.example.org 127.0.0.1", f"--type http-01 --hook ./hook --hook-style {style}")
                self.assertEqual(self.names_of("site.pem"), ["DNS:one.example.org", "IP Address:127.0.0.1"])
                self.assertEqual(self.testbed.tokens(), [])

    def test_certbot_s_cleanup_hook_bears_what_the_auth_hook_has_said(self):
        """Too much of it for a variable, and no UTF-8."""
        self.hook("auth", CERTBOT_AUTH + "head -c 70000 /dev/zero | tr '\\0' '\\377'")
        self.hook("cleanup", CERTBOT_CLEANUP)
        self.issues("--hook ./auth --cleanup-hook ./cleanup --hook-style certbot")

    def test_what_does_not_belong_together(self):
        for options in ("--hook-style uacme", "--cleanup-hook x", "--hook x --cleanup-hook y",
                        "--hook x --hook-style uacme --cleanup-hook y", "--hook x --hook-style odd",
                        "--hook x --hook-style lego-exec --type http-01"):
            with self.subTest(options):
                result = self.sh(f"acme-challenge {options} </dev/null | cat >problem.json")
                self.fails(result, 64, "acme-challenge")
                self.assertEqual(json.loads(self.read("problem.json"))["exit"], 64)


class ByBind(HookStyleTest):
    """In a real zone, beside a stranger's record: a name and its wildcard are two values at one place."""

    HEAD = HEAD_FOR_BIND

    @classmethod
    def setup_class(cls):
        cls.bind = Bind.shared()
        cls.SETTINGS = {"DNS_SERVER": cls.bind.address}
        super().setup_class()

    def issues(self, options):
        self.env |= self.bind.settings
        self.pipeline("example.org '*.example.org' www.example.org", options)
        self.good_chain("site.pem", ["example.org", "*.example.org", "www.example.org"])
        self.assertEqual(self.bind.records(), self.bind.untouched)

    def test_each_style(self):
        for style, text in (("dehydrated", DEHYDRATED), ("uacme", UACME), ("lego-exec", LEGO)):
            with self.subTest(style):
                self.hook("hook", text)
                self.issues(f"--hook ./hook --hook-style {style}")

    def test_certbot(self):
        self.hook("auth", CERTBOT_AUTH)
        self.hook("cleanup", CERTBOT_CLEANUP)
        self.issues("--hook ./auth --cleanup-hook ./cleanup --hook-style certbot")
