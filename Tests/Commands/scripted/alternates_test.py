"""The other chains that a CA offers (RFC 8555, 7.4.2): listed, chosen, and none of them worth the main one."""

import json

from faults import refuses, says, sleeps
from issuer import certificates, issuer
from journey import EVERY, kit
from scripted_ca import ScriptedCA
from tools import ToolTest
from web import Answer

PEM = "application/pem-certificate-chain"


class AlternatesTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.crossed = issuer().cross("intermediate", "other-root")
        (self.dir / "web").mkdir()
        for name in "account", "site":
            (self.dir / f"{name}.key").write_bytes((kit().folder / f"{name}.key").read_bytes())

    def offered(self, *argv, others=None, links=None, main=None, **more):
        """acme-chain of a CA whose certificate has other chains: `others` maps a path below /certificate to what happens
        there, `links` are the Link headers, else one for each, and `main` changes the main chain's answer."""
        others = {"1/crossed": self.sends(lambda leaf: leaf + self.crossed)} if others is None else others

        def answer(request, go):
            other = others.get(request.rest)
            if other is None:
                sent = go()
                self.leaf, self.above = certificates(sent.bytes().decode())
                sent.headers["Link"] = ", ".join(
                    f'<{link.format(base=ca.base)}>;rel="alternate"' for link in links) if links is not None else ", ".join(
                    f'<{ca.url("certificate", path)}>;rel="alternate"' for path in others)
                return main(sent) if main else sent
            return other(request, go)
        with ScriptedCA([("certificate", EVERY, answer)], webroot=self.dir / "web") as ca:
            (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
            self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key",
                         "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": "60"}
            order = kit().request(("one.example",))
            for tool, *options in ("acme-challenge", "--webroot", "web"), ("acme-finalize",):
                order = self.ok(self.run_tool(tool, *options, stdin=order)).out
            seen = len(ca.requests)
            result = self.run_tool("acme-chain", *argv, stdin=order)
            self.assertEqual(ca.violations, [])
            self.paths = [r.path for r in ca.requests[seen:] if r.where == "certificate"]
        return result

    def sends(self, make):
        """A chain made of the leaf that the main one has."""
        return lambda request, go: Answer(body=make(self.leaf).encode(), headers={"Content-Type": PEM})

    def gets(self, chain, *argv, **more):
        result = self.ok(self.offered(*argv, **more))
        self.assertEqual(result.text, chain())

    def warns(self, chain, pattern, *argv, **more):
        result = self.ok(self.offered(*argv, **more), quiet=False)
        self.assertEqual(result.text, chain())
        self.assertRegex(result.err, rf"\A(acme-chain: warning: [^\n]*{pattern}[^\n]*\n)+\Z")

    def main(self):
        return self.leaf + self.above

    def other(self):
        return self.leaf + self.crossed

    def test_the_main_one_unless_asked(self):
        self.gets(self.main)
        self.assertEqual(self.paths, ["/certificate/1"])

    def test_list(self):
        result = self.ok(self.offered("--list"))
        self.assertEqual(result.text.count("\n"), 1)
        listed = json.loads(result.text)
        self.assertEqual(listed[0] | {"url": None}, {
            "url": None, "subjects": ["one.example", "CN=Throwaway intermediate"], "issuer": "CN=Throwaway root",
            "pem": self.main()})
        self.assertEqual([chain["issuer"] for chain in listed], ["CN=Throwaway root", "CN=Throwaway other-root"])
        self.assertEqual([chain["pem"] for chain in listed], [self.main(), self.other()])
        self.assertRegex(listed[1]["url"], "^https://127.0.0.1:[0-9]+/certificate/1/crossed$")

    def test_list_of_one(self):
        self.assertEqual(len(json.loads(self.ok(self.offered("--list", others={})).text)), 1)

    def test_prefer(self):
        for name in "Throwaway other-root", "CN=Throwaway other-root", "throwaway OTHER-root":
            self.gets(self.other, "--prefer", name)
        self.gets(self.main, "--prefer", "Throwaway root")
        self.gets(self.main, "--prefer", "Throwaway intermediate")
        self.warns(self.main, r"no chain ends at A Root \(\\u{1b}\): this is the default one \(there is: CN=Throwaway root; "
                              r"CN=Throwaway other-root\)", "--prefer", "A Root (\x1b)")

    def test_trust(self):
        for root, chain in ("root", self.main), ("other-root", self.other):
            self.gets(chain, "--trust", issuer().path(f"{root}.pem"))
        (self.dir / "site.pem").write_text("earlier\n")
        result = self.offered("--trust", issuer().path("web-root.pem"), "-o", "site.pem")
        self.fails(result, 77, "none of the 2 chains verifies against the roots in .*web-root.pem: ")
        self.assertEqual((self.dir / "site.pem").read_text(), "earlier\n")

    def test_both(self):
        self.gets(self.other, "--trust", issuer().path("other-root.pem"), "--prefer", "Throwaway other-root")

    def test_the_leaf_needs_no_other(self):
        self.gets(lambda: self.leaf, "--part", "leaf", "--prefer", "Throwaway other-root")
        self.assertEqual(self.paths, ["/certificate/1"])
        self.gets(lambda: self.crossed, "--part", "issuers", "--prefer", "Throwaway other-root")

    def test_one_that_fails(self):
        for name, other in {
            "gone": refuses("malformed", 404), "broken": says(500), "busy": says(503, Retry_After="3600"),
            "a page": says(200, b"<html>"), "a stranger's": self.sends(lambda leaf: issuer().leaf(issuer().request(["one.example"]))),
            "not signed by that": self.sends(lambda leaf: leaf + issuer().pem("other-intermediate")),
            "a key in it": self.sends(lambda leaf: leaf + (self.dir / "site.key").read_text()),
        }.items():
            with self.subTest(name):
                self.warns(self.main, "a chain that the CA offers is passed over: .*/certificate/1/odd", "--prefer",
                           "Throwaway root", others={"1/odd": other})
                self.assertEqual(self.paths, ["/certificate/1", "/certificate/1/odd"])
        self.warns(self.other, "passed over", "--prefer", "Throwaway other-root",
                   others={"1/odd": says(500), "1/crossed": self.sends(lambda leaf: leaf + self.crossed)})

    def test_one_that_is_silent(self):
        self.warns(self.main, "passed over: .*there is no answer", "--prefer", "Throwaway root",
                   others={"1/odd": sleeps(40)})

    def test_foreign_links(self):
        for link in ("https://elsewhere.example/chain", "http://127.0.0.1/certificate/1/crossed", "ftp://x/", "//x/y",
                     "{base}/new-account", "{base}/revoke-cert", "chain\x7f"):
            with self.subTest(link):
                self.warns(self.main, "a chain that the CA offers is passed over: ", "--prefer", "Throwaway root",
                           links=[link])
                self.assertEqual(self.paths, ["/certificate/1"])

    def test_loops(self):
        self.gets(self.main, "--prefer", "Throwaway root", links=["{base}/certificate/1"] * 3)
        self.assertEqual(self.paths, ["/certificate/1"])
        self.gets(self.other, "--prefer", "Throwaway other-root", links=["{base}/certificate/1/crossed"] * 3)
        self.assertEqual(self.paths, ["/certificate/1", "/certificate/1/crossed"])

    def test_relative_links(self):
        self.gets(self.other, "--prefer", "Throwaway other-root", links=["/certificate/1/crossed"])

    def test_too_many(self):
        others = {f"1/{n}": self.sends(lambda leaf: leaf + self.crossed) for n in range(200)}
        self.gets(self.other, "--prefer", "Throwaway other-root", others=others)
        self.assertEqual(len(self.paths), 11)

    def test_the_main_one_is_wrong(self):
        def wrong(answer):
            answer.body = (self.leaf + issuer().pem("other-root")).encode()
            return answer
        for argv in ("--list",), ("--prefer", "Throwaway other-root"), ("--trust", issuer().path("other-root.pem")):
            self.fails(self.offered(*argv, main=wrong), 76, "isn't signed by the next")
