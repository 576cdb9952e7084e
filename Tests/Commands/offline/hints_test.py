"""Mistakes that people make, and that a line of hint puts right: what was typed, what was given, whose a file is."""

import json
import os
import typing

import pytest
from bench import PROBLEM, bench
from tables import TableTest
from tools import ToolTest

EMPTIED = "the shell's > has emptied it before it could be read: restore it, and write with -o FILE"


class Row(typing.NamedTuple):
    name: str  # the command
    status: int
    message: str
    hint: str | None


class HintTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.ok(self.run_tool("acme-key", "-o", "site.key"))
        self.ok(self.run_tool("acme-csr", "-k", "site.key", "-o", "site.csr", "one.example"))
        self.ok(self.run_tool("acme-key", "public", "-k", "site.key", "-o", "public.pem"))
        self.openssl("req", "-x509", "-key", "site.key", "-subj", "/CN=one.example", "-out", "site.pem")
        self.openssl("x509", "-in", "site.pem", "-outform", "DER", "-out", "site.der")
        (self.dir / "empty").touch()

    def says(self, result, status, message, hint):
        """One line of error, and one of hint or none."""
        lines = [line.split(": ", 2)[1:] for line in result.err.splitlines()]
        wanted = [["error", message]] + ([["hint", hint]] if hint else [])
        self.assertEqual((result.status, lines), (status, wanted), result)
        if result.out:
            self.assertEqual(json.loads(result.out)["message"], message)

    def check(self, row):
        self.says(self.sh(row.name), *row[1:])


def dashes(command, word, meant):
    return Row(f"{command} {word} x", 64, f"{word}: a long option has two dashes", f"did you mean {meant}?")


def no_verb(tool, word, hint):
    return Row(f"{tool} {word}", 64, f"'{word}' is no verb of {tool}", hint)


class TypedTest(HintTest, TableTest):

    table = [
        dashes("acme-key", "-key", "acme-key public --key"), dashes("acme-key jwk", "-key", "--key"),
        dashes("acme-csr one.example", "-key", "--key"), dashes("acme-register", "-key", "--account-key"),
        dashes("acme-challenge", "-key", "--account-key"), dashes("acme-challenge respond", "-key", "--account-key"),
        dashes("acme-finalize", "-key", "--account-key"), dashes("acme-chain", "-key", "--account-key"),
        dashes("acme-challenge", "-webroot", "--webroot"), dashes("acme-chain", "-output", "--output"),
        Row("acme-csr one.example -key=site.key", 64, "-key=site.key: a long option has two dashes",
            "did you mean --key?"),
        Row("acme-challenge show -key x", 64, "unknown option '-key'", "see acme-challenge show --help"),
        no_verb("acme-key", "publik", "did you mean acme-key public?"),
        no_verb("acme-key", "PUBLIC", "did you mean acme-key public?"),
        no_verb("acme-key", "thumb", "did you mean acme-key thumbprint?"),
        no_verb("acme-challenge", "repsond", "did you mean acme-challenge respond?"),
        no_verb("acme-challenge", "clena", "did you mean acme-challenge clean?"),
        no_verb("acme-key", "renew", "its verbs are public, jwk, thumbprint, import, sign"),
        Row("acme-key -k site.key public", 64, "unknown option '-k'", "a verb comes first: acme-key public …"),
        Row("acme-key -o x publik", 64, "unexpected argument 'publik'", "a verb comes first: acme-key public …"),
        Row("acme-renewal lsit", 64, "'lsit' is no file here", "did you mean acme-renewal list?"),
        Row("acme-renewal List site.pem", 64, "'List' is no file here", "did you mean acme-renewal list?"),
        Row("acme-renewal site.pem list", 64, "'list' is no file here", "a verb comes first"),
        Row("acme-renewal --offline list site.pem", 64, "'list' is no file here", "a verb comes first"),
        Row("acme-renewal - <site.pem", 64, "stdin is read where no FILE is named, not by -", "see acme-renewal --help"),
        Row("acme-finalize wait", 64, "unexpected argument 'wait'", "see acme-finalize --help"),
        Row("acme-challenge --type http-01 <site.csr", 64,
            "--type says what --hook or --manual does, and there is none",
            "where a server answers by itself: acme-challenge order --type TYPE | acme-challenge respond | "
            "acme-challenge wait"),
    ]

    def test_what_is_right_stays_so(self):
        self.ok(self.run_tool("acme-key", "help", "public"))
        for words in ("help",), ("help", "list"):
            self.assertEqual(self.ok(self.run_tool("acme-renewal", *words)).out,
                             self.ok(self.run_tool("acme-renewal", *words[1:], "--help")).out)
        (self.dir / "lsit").write_bytes((self.dir / "site.pem").read_bytes())
        self.assertEqual(self.run_tool("acme-renewal", "--offline", "lsit").status, 1)
        for name in "host", "test", "last", "dist", "one.example":
            result = self.ok(self.run_tool("acme-renewal", "--offline", name))
            self.assertEqual(json.loads(result.out)["reason"], "missing")
        self.ok(self.run_tool("acme-csr", "-k", "site.key", "-o", "x.csr", "--", "one.example"))
        self.ok(self.run_tool("acme-csr", "-qk", "site.key", "-o", "x.csr", "one.example"))


def block(command, label, need, hint=None):
    source = "stdin" if "<" in command else command.split()[-1]
    comma = "," if need.startswith(("a certificate", "a private")) else ""
    return Row(command, 65, f'{source}: a PEM block "{label}"{comma} where {need} is needed', hint)


REQUEST = "a certificate request goes to acme-challenge"
KEY = "a private key goes to acme-csr, and to the others as -k FILE"
CERTIFICATE = "acme-csr --from-cert FILE makes a request for the names of a certificate"
DER = "openssl x509 -inform der makes PEM of a certificate"
REQUEST_LABEL = "CERTIFICATE REQUEST"


class GivenTest(HintTest, TableTest):
    """What was given in place of what is needed."""

    table = [
        block("acme-chain <site.csr", REQUEST_LABEL, "a certificate chain", REQUEST),
        block("acme-chain <site.key", "PRIVATE KEY", "a certificate chain", KEY),
        block("acme-chain <public.pem", "PUBLIC KEY", "a certificate chain"),
        Row("acme-renewal --offline <site.der", 65, "stdin: DER, where a certificate chain in PEM is needed", DER),
        Row("acme-csr -k site.key --from-cert site.der", 65, "site.der: DER, where a certificate chain in PEM is needed", DER),
        Row("acme-csr -k - one.example", 66, "can't read -: no such file or directory", "stdin is called /dev/stdin here"),
        Row("acme-csr -k site.key --names-from -", 66, "can't read -: no such file or directory",
            "stdin is called /dev/stdin here"),
        block("acme-csr -k site.key --from-cert site.csr", REQUEST_LABEL, "a certificate chain", REQUEST),
        block("acme-challenge --webroot . <site.pem", "CERTIFICATE", "a certificate request", CERTIFICATE),
        block("acme-challenge --webroot . <site.key", "PRIVATE KEY", "a certificate request", KEY),
        block("acme-csr one.example <site.csr", REQUEST_LABEL, "a private key", REQUEST),
        block("acme-register -k site.pem", "CERTIFICATE", "a private key", CERTIFICATE),
        block("acme-finalize <site.csr", REQUEST_LABEL, "an order document",
              "acme-challenge makes it of a certificate request"),
        Row("acme-csr -k public.pem one.example", 65, "public.pem: a public key where a private key is needed", None),
        *(Row(f"acme-challenge {verb} --hook true <order.json", 65,
              "stdin: an order document where a certificate request is needed",
              "the request of the order is in it: jq -r .csr") for verb in ("order", "check")),
        *(Row(f"acme-challenge {verb} --hook true <account.json", 65,
              "stdin: an account document where a certificate request is needed", None) for verb in ("order", "check")),
        Row("acme-challenge order <other.json", 65, "stdin: JSON, where PEM is needed", None),
        Row("acme-revoke <order.json", 65, "stdin: JSON, where a certificate chain in PEM is needed", None),
    ]

    def setup_method(self):
        super().setup_method()
        for name in "order.json", "account.json":
            (self.dir / name).write_bytes((bench().folder / name).read_bytes())
        (self.dir / "other.json").write_text(json.dumps({"csr": (self.dir / "site.csr").read_text()}))

    def test_a_problem_where_a_request_is_needed(self):
        """The failure that it tells of is the one that counts."""
        (self.dir / "problem.json").write_text(json.dumps(PROBLEM))
        for verb in "order", "check":
            self.fails(self.sh(f"acme-challenge {verb} --hook true <problem.json"), 77, "stdin holds an earlier failure: ")


class NamesTest(HintTest, TableTest):
    """What people type where a name is needed."""

    ALONE = "a name stands alone, without scheme, user, port or path"
    table = [
        Row(f"acme-csr -k site.key {word}", 65, f"the names: {shown or word} is neither a DNS name nor an address: {reason}",
            hint)
        for word, shown, reason, hint in (
            ("example.org:443", None, "character U+003A is not allowed", ALONE),
            ("https://example.org", None, "character U+003A is not allowed", ALONE),
            ("example.org/", None, "character U+002F is not allowed", ALONE),
            ("me@example.org", None, "character U+0040 is not allowed", ALONE),
            ("one.example,two.example", None, "character U+002C is not allowed",
             "each name is a word of its own, without commas"),
            ("'[2001:db8::1]'", "[2001:db8::1]", "character U+005B is not allowed",
             "an IPv6 address has no brackets here"),
            ("$'caf\\xe9.example'", r"caf\xE9.example", "it isn't UTF-8", "give its A-label (xn--…)"))
    ]


SAME = "stdin and stdout are the same file, which would be written while it is read"
REPLACED = "write with -o FILE, which replaces it when all is done"


class RedirectedTest(HintTest, TableTest):
    """A shell empties what `>` names before the tool begins."""

    table = [
        Row("acme-csr -k site.key one.example >site.key", 65, "site.key is empty", EMPTIED),
        Row("acme-csr one.example <site.key >site.key", 65, "nothing on stdin, which is an empty file", EMPTIED),
        Row("acme-key public -k ./site.key >site.key", 65, "./site.key is empty", EMPTIED),
        Row("acme-chain <site.pem >site.pem", 65, "nothing on stdin, which is an empty file", EMPTIED),
        Row("acme-csr one.example <site.key >>site.key", 64, SAME, REPLACED),
        Row("acme-chain <site.pem 1<>site.pem", 64, SAME, REPLACED),
        Row("acme-csr -k empty one.example", 65, "empty is empty", None),
        Row("acme-csr one.example <empty", 65, "nothing on stdin, which is an empty file",
            "a PEM private key is needed there; a > of the same line empties a file too"),
        Row("acme-csr one.example </dev/null", 65, "nothing on stdin (did the command before it fail?)",
            "a PEM private key is needed there"),
    ]

    def test_o_may_name_what_is_read(self):
        self.ok(self.sh("acme-csr -k site.key one.example -o site.csr <site.csr"))
        self.ok(self.sh("acme-key public -o public.pem <public.pem"))


class OverInputTest(HintTest, TableTest):
    """What is read, and isn't the same document's state before, isn't written over."""

    table = [
        Row(f"{command} -o {output}", 64, f"the output {output} is a file that is read, {read}, and would take its place",
            "write it to another file")
        for command, output, read in (
            ("acme-renewal --offline site.pem", "site.pem", "site.pem"),
            ("acme-renewal --offline other.pem site.pem", "./site.pem", "site.pem"),
            ("acme-csr -k site.key --from-cert site.pem", "site.pem", "site.pem"),
            ("acme-csr -k site.key --names-from names", "link", "names"),
            ("acme-chain --csr site.csr <site.pem", "site.csr", "site.csr"),
            ("acme-chain --trust site.pem <other.pem", "site.pem", "site.pem"))
    ]

    def check(self, row):
        (self.dir / "names").write_text("one.example\n")
        (self.dir / "link").symlink_to("names")
        (self.dir / "other.pem").write_bytes((self.dir / "site.pem").read_bytes())
        before = {name: (self.dir / name).read_bytes() for name in self.files()}
        super().check(row)
        self.assertEqual({name: (self.dir / name).read_bytes() for name in self.files()}, before)


ANEW = "acme-register show -k KEY -o FILE writes the document of KEY's account"


class VariablesTest(HintTest, TableTest):
    """A file that a variable names is named with it."""

    table = [
        Row(f"{variable}=nowhere {command}", 66, f"can't read nowhere ({variable}): no such file or directory",
            ANEW if variable == "ACME_ACCOUNT" else None)
        for variable, command in {
            "ACME_ACCOUNT": "acme-challenge --webroot . <site.csr",
            "ACME_ACCOUNT_KEY": "acme-challenge --webroot . -a account.json <site.csr",
            "ACME_PASSPHRASE_FILE": "acme-key --encrypt", "ACME_CA_BUNDLE": "acme-register -k site.key",
            "ACME_REPLAY": "acme-register -k site.key"}.items()
    ] + [
        Row("ACME_TRACE=no/where acme-register -k site.key", 73,
            "can't write the trace no/where (ACME_TRACE): no such file or directory", None),
        Row("ACME_ACCOUNT=site.csr acme-challenge --webroot . <site.csr", 65,
            f'site.csr (ACME_ACCOUNT): a PEM block "{REQUEST_LABEL}" where an account document is needed',
            "acme-register makes it"),
        Row("ACME_ACCOUNT=site.csr acme-challenge -a nowhere --webroot . <site.csr", 66,
            "can't read nowhere: no such file or directory", ANEW),
        Row("ACME_CA_BUNDLE=site.key acme-register -k site.key --ca-bundle empty", 65, "empty is empty", None),
    ]

    def setup_method(self):
        super().setup_method()
        endpoints = {"newNonce": "https://ca.example/n", "newOrder": "https://ca.example/o"}
        jwk = json.loads(self.ok(self.run_tool("acme-key", "jwk", "-k", "site.key")).out)
        thumbprint = self.ok(self.run_tool("acme-key", "thumbprint", "-k", "site.key")).text.strip()
        (self.dir / "account.json").write_text(json.dumps({
            "format": "acme-account/1", "directory": "https://ca.example/d", "url": "https://ca.example/a/1",
            "jwk": jwk, "thumbprint": thumbprint, "account": {"status": "valid"}, "endpoints": endpoints,
            "endpointsAt": "2026-01-01T00:00:00Z"}))


class TerminalTest(HintTest):
    """Stdin is a terminal, and a file could be given."""

    def test_a_key_can_be_named(self):
        for command in "acme-csr one.example", "acme-key jwk", "acme-key public", "acme-register":
            with self.subTest(command):
                screen, line = os.openpty()
                try:
                    with open(line, "rb", buffering=0) as terminal:
                        result = self.run_tool(*command.split(), stdin=terminal)
                finally:
                    os.close(screen)
                kind = "account" if command == "acme-register" else "private"
                self.says(result, 64, f"a PEM {kind} key is needed on stdin, which is a terminal",
                          f"{command.removesuffix(' one.example')} -k FILE …")


@pytest.mark.skipif(os.geteuid() != 0, reason="another user's files are made by root")
class OwnerTest(HintTest):
    """Whose it is that may not be read, or written to: root, too, can be a user like others."""

    def setup_method(self):
        super().setup_method()
        (self.dir / "theirs").mkdir()
        for name in "site.key", "theirs":
            os.chown(self.dir / name, 1234, -1)

    def denied(self, command, status, message, hint):
        result = self.run_tool("setpriv", "--bounding-set=-dac_override,-dac_read_search", *command.split())
        self.says(result, status, message, hint)

    def test_another_s(self):
        self.denied("acme-csr -k site.key one.example", 66, "can't read site.key: permission denied",
                    "site.key belongs to user 1234, with mode 0600, and this runs as root")
        self.denied("acme-key -o theirs/new.key", 73, "can't create theirs/new.key: permission denied",
                    "the folder theirs belongs to user 1234, with mode 0755, and this runs as root")

    def test_our_own(self):
        (self.dir / "public.pem").chmod(0)
        self.denied("acme-key jwk -k public.pem", 66, "can't read public.pem: permission denied",
                    "its mode, 0000, forbids it")

    def test_what_is_missing_is_nobody_s(self):
        self.denied("acme-csr -k theirs/no.key one.example", 66, "can't read theirs/no.key: no such file or directory",
                    None)
