"""acme-chain on certificates from anywhere: they are put in order, what doesn't belong there is refused, and what is
missing is said, or fetched if that is asked for."""

import http.server
import itertools
import threading

import issuer
from bench import bench
from leaf_offline_test import KNOWN, UNKNOWN
from tools import ToolTest

LEAF_BY = """
[leaf]
basicConstraints = critical, CA:FALSE
authorityInfoAccess = {places}
"""


class FromAnywhere(ToolTest):

    def setup_method(self):
        super().setup_method()
        self.ca = issuer.issuer()
        self.csr = bench().folder / "site.csr"
        self.leaf, self.above = issuer.certificates((bench().folder / "chain.pem").read_text())
        self.root = self.ca.pem("root")

    def chain(self, stdin, *argv):
        return self.run_tool("acme-chain", *argv, stdin=stdin)

    def passes(self, stdin, right, *argv):
        self.assertEqual(self.ok(self.chain(stdin, *argv)).text, right)

    def refuses(self, stdin, message, *argv, status=65):
        result = self.fails(self.chain(stdin, *argv), status, message)
        self.assertEqual(result.out, b"")
        return result


class OrderTest(FromAnywhere):

    def test_any_order(self):
        for order in itertools.permutations((self.leaf, self.above, self.root)):
            for argv in ((), ("--csr", self.csr)):
                self.passes("".join(order), self.leaf + self.above + self.root, *argv)

    def test_twice_is_once(self):
        self.passes(self.above + self.leaf + self.above + self.leaf, self.leaf + self.above)

    def test_parts_of_it(self):
        turned = self.root + self.above + self.leaf
        self.passes(turned, self.leaf, "--part", "leaf")
        self.passes(turned, self.above + self.root, "--part", "issuers")

    def test_a_stranger_among_them(self):
        """Nothing is left out without a word."""
        for stranger in self.ca.pem("other-root"), self.ca.pem("other-intermediate"):
            for order in itertools.permutations((self.leaf, self.above, stranger)):
                self.refuses("".join(order), "isn't signed by CN=Throwaway other-(root|intermediate)")

    def test_what_is_missing_is_said(self):
        for order in (self.leaf + self.root, self.root + self.leaf):
            result = self.refuses(order, "one.example isn't signed by CN=Throwaway root: its issuer, CN=Throwaway "
                                         "intermediate, is missing$")
            self.assertIn("hint: --complete fetches what is missing; --part leaf writes the leaf", result.err)

    def test_an_issuer_of_the_same_name_and_another_key(self):
        by = self.ca.odd_authority("namesake")
        leaf = self.ca.leaf((bench().folder / "der.csr").read_bytes(), by=by)
        self.ca.new_key("namesake")
        other = self.ca.cross("namesake", "root")
        self.refuses(other + leaf, "isn't signed by the key of CN=Throwaway namesake, which it names as its issuer")

    def test_two_leaves(self):
        other = self.ca.leaf(issuer.openssl("req", "-in", bench().folder / "other.csr", "-outform", "DER"))
        result = self.refuses(other + self.above + self.leaf, r"there are 2 leaves \(one.example; one.example\)")
        self.assertIn("hint: --csr FILE says which one is meant\n", result.err)
        self.refuses(other + self.above + self.leaf, "isn't signed by one.example", "--csr", self.csr)
        self.passes(other + self.above + self.leaf, self.leaf, "--csr", self.csr, "--part", "leaf")

    def test_no_leaf(self):
        self.refuses(self.above + self.root, "it is a CA's, no leaf")
        self.refuses(self.root, "it is a CA's, no leaf")

    def test_not_the_request_s(self):
        self.refuses(self.above + self.leaf, "another key than the request", "--csr", bench().folder / "other.csr")


class OtherFormsTest(FromAnywhere):

    def test_what_is_no_pem_chain(self):
        der = issuer.openssl("x509", "-outform", "DER", stdin=self.leaf.encode())
        for chain, message in (
                ("[]", "JSON, where a certificate chain in PEM is needed"),
                (der, "DER, where a certificate chain in PEM is needed"),
                ("-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n",
                 'a PEM block "PKCS7", where a certificate chain is needed')):
            said = self.refuses(chain, message).err
            self.assertEqual("hint: openssl " in said, chain != "[]", said)

    def test_many_ways_up(self):
        """Keys that have all signed each other: each signature is looked at once, and there is an end."""
        names = [self.ca.odd_authority(f"knot{n}") for n in range(4)]
        crossed = [self.ca.cross(name, by) for name in names for by in names if name != by]
        leaf = self.ca.leaf((bench().folder / "der.csr").read_bytes(), by=names[0])
        result = self.ok(self.chain(leaf + "".join(crossed)), quiet=False)
        self.assertTrue(result.text.startswith(leaf))
        self.refuses(leaf + "".join(self.ca.cross(names[0], "root") for _ in range(45)), "more than 40 certificates")


class CrossSignedTest(FromAnywhere):
    """One key, two certificates: the way up may lead to either root."""

    def setup_method(self):
        super().setup_method()
        self.crossed = self.ca.cross("root", "other-root")
        (self.dir / "root.pem").write_text(self.root)
        (self.dir / "other.pem").write_text(self.ca.pem("other-root"))
        self.pile = self.crossed + self.root + self.above + self.leaf

    def test_the_first_way(self):
        for first, second in (self.crossed, self.root), (self.root, self.crossed):
            result = self.ok(self.chain(first + second + self.above + self.leaf), quiet=False)
            self.assertEqual(result.text, self.leaf + self.above + first)
            self.assertEqual(result.err, "acme-chain: warning: there are several ways up from the leaf, and left out are "
                                         "CN=Throwaway root\n")

    def test_the_preferred_way(self):
        self.passes(self.pile, self.leaf + self.above + self.root, "--prefer", "Throwaway root")
        self.passes(self.pile, self.leaf + self.above + self.crossed, "--prefer", "throwaway other-root")
        self.passes(self.pile, self.leaf + self.above + self.crossed, "--prefer", "CN=Throwaway other-root")
        result = self.ok(self.chain(self.pile, "--prefer", "Nobody"), quiet=False)
        self.assertEqual(result.text, self.leaf + self.above + self.crossed)
        self.assertRegex(result.err, r"\Aacme-chain: warning: no chain ends at Nobody[^\n]*\n\Z")

    def test_the_trusted_way(self):
        self.passes(self.pile, self.leaf + self.above + self.crossed, "--trust", "other.pem")
        for whole in self.leaf + self.above, self.above + self.leaf:
            self.passes(whole, self.leaf + self.above, "--trust", "root.pem")
            self.refuses(whole, r"the chain doesn't verify against the roots in other.pem: .*unable to get",
                         "--trust", "other.pem", "-o", "x.pem", status=77)
        self.assertNotIn("x.pem", self.files())

    def test_openssl_says_the_same(self):
        for trust in "root.pem", "other.pem":
            (self.dir / "chain.pem").write_bytes(self.ok(self.chain(self.pile, "--trust", trust)).out)
            self.openssl("verify", "-CAfile", trust, "-untrusted", "chain.pem", "chain.pem")

    def test_a_root_that_has_expired(self):
        (self.dir / "old.pem").write_text(self.ca.cross("root", "other-root", days_from_now=-100))
        (self.dir / "once.pem").write_text(self.ca.pem(self.ca.odd_authority("once", days_from_now=-100)))
        leaf = self.ca.leaf((bench().folder / "der.csr").read_bytes(), by="once")
        self.refuses(leaf + (self.dir / "once.pem").read_text(), "CN=Throwaway once: certificate has expired",
                     "--trust", "root.pem", status=77)

    def test_roots_that_are_none(self):
        for text, message in (b"", "is empty"), (b"hello", "no PEM certificate"), ((bench().folder / "site.key").read_bytes(), "PRIVATE KEY"):
            (self.dir / "odd.pem").write_bytes(text)
            self.refuses(self.pile, message, "--trust", "odd.pem")
        self.refuses(self.pile, "can't read nowhere.pem", "--trust", "nowhere.pem", status=66)


class Places(http.server.ThreadingHTTPServer):
    """A web server on loopback that sends what stands under a path; `asked` tells what was asked for."""

    def __init__(self, pages):
        self.pages, self.asked, self.stopped = pages, [], threading.Event()
        super().__init__(("127.0.0.1", 0), PlacesHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def __exit__(self, *_):
        self.stopped.set()
        self.shutdown()
        self.server_close()


class PlacesHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path[1:])
        page = self.server.pages.get(self.path[1:])
        if page is None:
            return self.send_error(404)
        if callable(page):
            return page(self)
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


class CompleteTest(FromAnywhere):

    def der(self, pem):
        return issuer.openssl("x509", "-outform", "DER", stdin=pem.encode())

    def places(self, **pages):
        forms = {"der": self.der(self.above), "pem": self.above.encode(), "root": self.der(self.root),
                 "p7c": issuer.openssl("crl2pkcs7", "-nocrl", "-outform", "DER", "-certfile", "/dev/stdin",
                                       stdin=(self.root + self.above).encode()),
                 "stranger": self.der(self.ca.pem("other-intermediate")), "junk": b"<html>hello</html>"}
        return Places(forms | pages)

    def leaf_naming(self, *urls, by="intermediate"):
        places = ",".join(f"caIssuers;URI:{url}" for url in urls)
        return self.ca.leaf((bench().folder / "der.csr").read_bytes(), by=by, section=LEAF_BY.format(places=places))

    def test_each_form(self):
        with self.places() as places:
            for form in "der", "pem", "p7c":
                with self.subTest(form):
                    leaf = self.leaf_naming(places.url(form))
                    result = self.ok(self.chain(leaf, "--complete"))
                    self.assertEqual(result.text, leaf + self.above)
                    self.assertEqual(self.ok(self.chain(leaf, "--complete", "--csr", self.csr)).text, leaf + self.above)

    def test_only_when_asked(self):
        with self.places() as places:
            self.ok(self.chain(self.leaf_naming(places.url("der"))), quiet=False)
            self.assertEqual(places.asked, [])

    def test_between_leaf_and_root(self):
        with self.places() as places:
            leaf = self.leaf_naming(places.url("der"))
            self.passes(self.root + leaf, leaf + self.above + self.root, "--complete")

    def test_the_next_place(self):
        """After one that is gone, one that sends something else, and one of a kind that nobody asks."""
        with self.places() as places:
            leaf = self.leaf_naming("ldap://127.0.0.1/cn=x", *map(places.url, ("gone", "stranger", "der")))
            self.passes(leaf, leaf + self.above, "--complete")
            self.assertEqual(places.asked, ["gone", "stranger", "der"])

    def test_what_can_t_be_had(self):
        def redirect(handler):
            handler.send_response(302)
            handler.send_header("Location", "/der")
            handler.end_headers()

        def endless(handler):
            handler.send_response(200)
            handler.end_headers()
            try:
                while not handler.server.stopped.is_set():
                    handler.wfile.write(b" " * 65536)
            except OSError:
                pass
        with self.places(redirect=redirect, endless=endless) as places:
            for page, status, message in (("gone", 77, "404"), ("junk", 76, "no PEM certificate"),
                                          ("stranger", 76, "no key in it has signed that"),
                                          ("redirect", 76, "redirected"), ("endless", 76, "the server.s answer is too large")):
                with self.subTest(page):
                    leaf = self.leaf_naming(places.url(page))
                    self.refuses(leaf, "the issuer of one.example, CN=Throwaway intermediate, .*" + message,
                                 "--complete", "-o", "x.pem", status=status)
            self.refuses(self.leaf_naming("http://127.0.0.1:1/x"), "can't be had: .*127.0.0.1", "--complete", status=69)
            self.refuses(self.leaf, "where it can be had isn't said in the certificate", "--complete")
            self.assertEqual(self.files(), [])

    def test_an_unknown_algorithm(self):
        with self.places() as places:
            der = self.der(self.leaf_naming(places.url("der"))).replace(KNOWN, UNKNOWN)
            leaf = issuer.openssl("x509", "-inform", "DER", stdin=der)
            self.refuses(leaf, "is what http://127.0.0.1:.* sends can't be checked here", "--complete")

    def test_roots_from_a_pipe(self):
        """They are read once, and before anybody is asked."""
        with self.places() as places:
            (self.dir / "leaf.pem").write_text(leaf := self.leaf_naming(places.url("der")))
            (self.dir / "root.pem").write_text(self.root)
            result = self.ok(self.sh("acme-chain --complete --trust <(cat root.pem) <leaf.pem"))
            self.assertEqual(result.text, leaf + self.above)
            places.asked.clear()
            self.fails(self.sh("acme-chain --complete --trust nowhere.pem <leaf.pem"), 66, "nowhere.pem")
            self.assertEqual(places.asked, [])

    def test_as_many_as_are_fetched(self):
        """Five are, and a root above the fifth is found."""
        for missing, status in (5, 0), (6, 76):
            with self.places() as places:
                names = [self.ca.odd_authority(f"step{n}") for n in range(missing)]
                for n, name in enumerate(names):
                    signer = names[n + 1] if n + 1 < missing else "root"
                    url = f"caIssuers;URI:{places.url(f'step{n + 1}')}"
                    places.pages[f"step{n}"] = self.der(self.ca.cross(name, signer, url))
                leaf = self.leaf_naming(places.url("step0"), by=names[0])
                (self.dir / "root.pem").write_text(self.root)
                result = self.chain(leaf, "--complete", "--trust", "root.pem")
                self.assertEqual(result.status, status, result)
                self.assertEqual(len(places.asked), 5)

    def test_silence_ends(self):
        with self.places(silent=lambda handler: handler.server.stopped.wait(60)) as places:
            self.refuses(self.leaf_naming(places.url("silent")), "can't be had", "--complete", "--timeout", "2",
                         status=75)

    def test_a_chain_that_is_whole(self):
        """Of an intermediate nobody knows without looking whether a root is above it."""
        (self.dir / "root.pem").write_text(self.root)
        with self.places() as places:
            leaf = self.leaf_naming(places.url("der"))
            self.passes(leaf + self.above + self.root, leaf + self.above + self.root, "--complete")
            self.passes(leaf + self.above, leaf + self.above, "--complete", "--trust", "root.pem")
            self.passes(leaf + self.above, leaf + self.above, "--complete")
            self.assertEqual(places.asked, [])

    def test_above_an_intermediate(self):
        with self.places() as places:
            for page, says in ("root", r"\A\Z"), ("gone", r"\Aacme-chain: warning: the issuer of CN=Throwaway intermediate, "
                                                           r"CN=Throwaway root, can't be had: [^\n]*404[^\n]*\n\Z"):
                with self.subTest(page):
                    above = self.ca.cross("intermediate", "root", f"caIssuers;URI:{places.url(page)}")
                    result = self.ok(self.chain(self.leaf + above, "--complete"), quiet=False)
                    self.assertEqual(result.text, self.leaf + above)
                    self.assertRegex(result.err, says)
                    self.assertEqual(places.asked.pop(), page)

    def test_wrong_usage(self):
        self.refuses(self.leaf, "--complete looks for issuers", "--complete", "--part", "leaf", status=64)
        self.refuses(self.leaf, "--list writes all chains", "--list", "--prefer", "x", status=64)
        self.refuses(self.leaf, "--list writes whole chains", "--list", "--part", "leaf", status=64)
        self.refuses(self.leaf, "stdin is a PEM chain, and which chains there are only the CA can tell", "--list")
