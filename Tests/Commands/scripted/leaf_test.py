"""What a leaf and its issuers have to be, in what the CA sends: else 76, and the chain in use stays."""

import base64
import json
import re
import shutil

import issuer
import pytest
from faults import http_date
from journey import EARLIER, EVERY, kit
from scripted_ca import ScriptedCA
from tools import ToolTest

SILENT = "[leaf]\nkeyUsage = critical, digitalSignature\n"
UNKNOWN = bytes.fromhex("2a8648ce3d04037f")  # where ecdsa-with-SHA256 ends in 02
KNOWN = bytes.fromhex("2a8648ce3d040302")


def section(*lines):
    return "\n".join(["[leaf]", *lines, ""])


def pem(der):
    text = base64.b64encode(der).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def der(text):
    return issuer.openssl("x509", "-outform", "DER", stdin=text.encode())


def ours(names=("one.example",), **more):
    """A leaf for the site's own key."""
    return issuer.issuer().leaf(kit().request_der(("one.example",)), names, **more)


def odd(name, **more):
    """An issuer's name, and what it sends of itself."""
    authority = issuer.issuer().odd_authority(name, **more)
    return authority, issuer.issuer().pem(authority)


class ChainTest(ToolTest):
    """`acme-chain -o site.pem` of an order that is valid; each test says what the CA sends as its certificate."""

    def setup_method(self):
        super().setup_method()
        (self.dir / "web").mkdir()
        self.ca = self.enterContext(ScriptedCA(webroot=self.dir / "web"))
        for name in ("account", "site"):
            shutil.copy(kit().folder / f"{name}.key", self.dir)
        (self.dir / "account.json").write_text(self.ca.account_document(kit().jwk))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key",
                     "ACME_CA_BUNDLE": str(self.ca.bundle), "ACME_TIMEOUT": "30"}
        self.above = issuer.issuer().pem("intermediate")
        self.documents = {}

    def document(self, names):
        if names not in self.documents:
            ready = self.ok(self.run_tool("acme-challenge", "--webroot", "web", stdin=kit().request(names)))
            valid = json.loads(self.ok(self.run_tool("acme-finalize", stdin=ready.out)).text)
            valid.pop("replayNonce", None)
            self.documents[names] = json.dumps(valid)
        return self.documents[names]

    def fetch(self, chain, names=("one.example",), date=0, clock=()):
        """`date` is how many days the CA is ahead, or its Date header; `clock` is a command that sets ours."""
        document = self.document(names)
        header = date if isinstance(date, str) or date is None else http_date(date * 86400)

        def fault(request, go):
            answer = go()
            answer.body = chain.encode()
            answer.headers["Date"] = header
            return answer
        self.ca.script = [("certificate", EVERY, fault)]
        (self.dir / "site.pem").write_text(EARLIER)
        before = self.files()
        result = self.run_tool(*clock, "acme-chain", "-o", "site.pem", stdin=document)
        self.assertEqual((result.out, self.files(), self.ca.violations), (b"", before, []))
        return result

    def refused(self, chain, message, **more):
        result = self.fails(self.fetch(chain, **more), 76, message)
        self.assertRegex(result.err, r"\Aacme-chain: error: [^\n]*\n(acme-chain: hint: --part leaf [^\n]*\n)?\Z")
        self.assertEqual((self.dir / "site.pem").read_text(), EARLIER)

    def passes(self, chain, **more):
        self.ok(self.fetch(chain, **more))
        self.assertEqual((self.dir / "site.pem").read_text(), chain)

    def warns(self, chain, *patterns, **more):
        """It is written, and a line says for each certificate what is the matter with it."""
        result = self.ok(self.fetch(chain, **more), quiet=False)
        lines = result.err.splitlines()
        self.assertEqual(len(lines), len(patterns), result)
        for line, pattern in zip(lines, patterns):
            self.assertRegex(line, rf"^acme-chain: warning: .*{pattern}")
        self.assertEqual((self.dir / "site.pem").read_text(), chain)


class Names(ChainTest):

    def test_common_names_of_strangers(self):
        for subject, stranger in (("/CN=two.example", "two.example"), ("/CN=one.example/CN=two.example", "two.example"),
                                  ("/CN=A label/CN=two.example", "two.example"), ("/CN=192.0.2.7", "192.0.2.7"),
                                  ("/CN=2001:db8::7", "2001:db8::7"), ("/CN=*.one.example", r"\*.one.example"),
                                  ("/CN=two.example.", "two.example"), ("/CN= two.example", "two.example"),
                                  ("/O=one.example/CN=one.example+CN=TWO.example", "two.example")):
            with self.subTest(subject):
                self.refused(ours(subject=subject) + self.above, rf"{stranger} wasn't asked for \(order")

    def test_common_names_that_are_ours_or_no_names(self):
        for subject in ("/CN=one.example", "/CN=ONE.example", "/CN=one.example/CN=One.Example", "/CN=Example Inc.",
                        "/CN=localhost", "/CN=A label/OU=two.example", "/CN=", "/O=Nobody"):
            with self.subTest(subject):
                self.passes(ours(subject=subject) + self.above)

    def test_common_names_that_openssl_does_not_make(self):
        """Names are looked at before signatures, so these need none that is right."""
        for written, octets, message in (
                (b"two.exampleXone.example", b"two.example\0one.example", "two.example wasn't asked for"),
                (b"bXXcher.example", "bücher.example".encode(), "xn--bcher-kva.example wasn't asked for"),
                (b"\x0c\x07bXXcher", b"\x03\x07\0XXcher", "a common name in the certificate can't be read"),
                (b"bXXcher", b"b\xff\xffcher", "certificate 1 of the chain can't be read")):
            with self.subTest(octets):
                leaf = der(ours(subject="/CN=" + written.lstrip(b"\x0c\x07").decode()))
                self.assertIn(written, leaf)
                self.refused(pem(leaf.replace(written, octets)) + self.above, message)

    def test_a_common_name_alone(self):
        """Browsers don't look at it, so it is no name of the certificate."""
        self.refused(ours(names=[], subject="/CN=one.example") + self.above, "one.example is missing")

    def test_two_names_both_of_them_common(self):
        names = ("one.example", "two.example")
        leaf = issuer.issuer().leaf(kit().request_der(names), names, subject="/CN=two.example/CN=one.example")
        self.passes(leaf + self.above, names=names)

    def test_other_kinds_of_names(self):
        for name in ("email:me@one.example", "URI:https://one.example/", "RID:1.2.3.4", "otherName:1.2.3.4;UTF8:me"):
            with self.subTest(name):
                self.refused(ours(["one.example", name]) + self.above, "among the names")


class Roles(ChainTest):

    def test_a_leaf_that_is_a_ca_s(self):
        for lines in (["basicConstraints = critical, CA:TRUE"], ["basicConstraints = CA:TRUE, pathlen:0"],
                      ["basicConstraints = CA:TRUE", "keyUsage = digitalSignature"]):
            with self.subTest(lines):
                self.refused(ours(section=section(*lines)) + self.above, "it is a CA's")
                self.refused(ours(section=section(*lines)), "it is a CA's")

    def test_a_leaf_whose_constraints_cannot_be_read(self):
        self.refused(ours(section=section("2.5.29.19 = DER:0500")) + self.above, "basicConstraints can't be read")

    def test_a_leaf_that_says_nothing_of_it(self):
        self.passes(ours(section=SILENT) + self.above)

    def test_issuers_that_are_no_cas(self):
        for name, message in (("not-ca", "it is no CA's"), ("silent", "it is no CA's"), ("no-signing", "keyUsage")):
            with self.subTest(name):
                by, above = odd(name, section=name)
                self.refused(ours(by=by) + above, message)
                self.refused(ours(by=by) + above + issuer.issuer().pem("root"), message)

    def test_a_site_s_certificate_as_issuer(self):
        """Any owner of a certificate could sign one."""
        (self.dir / "site.crt").write_text(ours())
        authority = issuer.issuer()
        for end, name in (("pem", "site.crt"), ("key", "site.key")):
            shutil.copy(self.dir / name, authority.path(f"a-site.{end}"))
        self.refused(ours(by="a-site") + ours(), "it is no CA's")

    def test_an_issuer_whose_key_may_do_anything(self):
        by, above = odd("plain-ca", section="plain-ca")
        self.passes(ours(by=by) + above)

    def test_a_signature_that_cannot_be_checked(self):
        leaf = pem(der(ours()).replace(KNOWN, UNKNOWN))
        self.refused(leaf + self.above, "can't be checked here")
        self.passes(leaf)  # nobody's signature is there to be checked


class Times(ChainTest):

    def test_both_clocks_say_no(self):
        for name, leaf in (("expired", ours(days=3, days_from_now=-10)), ("not yet", ours(days_from_now=2))):
            with self.subTest(name):
                self.refused(leaf + self.above, "valid from .* to .*, and by this machine's clock it is .*, by the CA's ")

    def test_by_less_than_a_day(self):
        for name, leaf in (("expired", ours(days=2, days_from_now=-2.5)), ("not yet", ours(days_from_now=0.5))):
            with self.subTest(name):
                self.warns(leaf + self.above, "the certificate is valid from .* by the CA's ")

    def test_the_ca_s_clock_says_no(self):
        leaf = ours(days=4, days_from_now=-2)
        issuer_too = "the issuer CN=Throwaway intermediate is valid from "
        for date, above in ((20, []), (400, [issuer_too]), (-20, [issuer_too])):
            with self.subTest(date):
                self.warns(leaf + self.above, "the certificate is valid from ", *above, date=date)

    @pytest.mark.unsanitized
    def test_our_clock_says_no(self):
        by, above = odd("long-standing", days_from_now=-10)
        leaf = ours(days=4, days_from_now=-1, by=by)
        self.warns(leaf + above, "the certificate is valid from .* by this machine's clock it is .*, by the CA's ",
                   clock=("faketime", "-f", "+6d"))

    def test_nobody_but_our_clock(self):
        expired = ours(days=3, days_from_now=-100) + self.above
        for date in (None, "", "yesterday", "Fri, 99 Nov 2026 00:00:00 GMT", "x" * 200):
            with self.subTest(date):
                self.warns(expired, r"by this machine's clock it is \S+Z$", date=date)

    def test_an_issuer_that_has_expired(self):
        """Some CAs send such on purpose; whether it does harm depends on who looks."""
        by, above = odd("has-been", days_from_now=-100)
        self.warns(ours(by=by) + above, "the issuer CN=Throwaway has-been is valid from ")

    def test_the_ends_of_time(self):
        leaf = re.sub(rb"\x17\r\d{12}Z\x17\r\d{12}Z", b"\x17\r500101000000Z\x17\r491231235959Z", der(ours()))
        self.passes(pem(leaf))  # from 1950 to 2049

    def test_times_that_cannot_be_read(self):
        for times in (b"\x17\r501301000000Z\x17\r491231235959Z", b"\x17\r500101000000Z\x17\r49123123595 Z"):
            with self.subTest(times):
                leaf = re.sub(rb"\x17\r\d{12}Z\x17\r\d{12}Z", times, der(ours()))
                self.refused(pem(leaf), "time")


class OwnClock(ChainTest):
    """A clock of ours that is wrong also keeps TLS from coming about."""

    @pytest.mark.unsanitized
    def test_it_is_asked_about(self):
        document = self.document(("one.example",))
        for offset in ("-60d", "+60d"):
            with self.subTest(offset):
                result = self.run_tool("faketime", "-f", offset, "acme-chain", stdin=document)
                self.fails(result, 69, "no trusted connection")
                self.assertRegex(result.err, r"(?m)^acme-chain: hint: is this machine's clock right\? it says \d{4}-")
