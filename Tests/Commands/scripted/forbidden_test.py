"""Where no step of an order signs: the CA's endpoints and the account, whatever a document or an answer says."""

import json
import re
import shutil
import urllib.parse

from acme_objects import rfc3339
from faults import changed, says
from journey import CHALLENGE, EVERY, FINALIZE, JourneyTest, fails, kit
from scripted_ca import ScriptedCA
from tools import ToolTest

MEMBERS = ("newAccount", "keyChange", "revokeCert")


def spellings(url):
    """Ways to write a URL of this CA that some server would take for it."""
    base, _, path = url.rpartition("/")
    first = f"%{ord(path[0]):02x}"
    return {
        "as it is": url, "a query": url + "?x", "an empty query": url + "?",
        "a letter encoded": f"{base}/{first}{path[1:]}", "in upper-case hex": f"{base}/{path[:-1]}%{ord(path[-1]):02X}",
        "all encoded": f"{base}/" + "".join(f"%{ord(c):02x}" for c in path),
        "encoded twice": f"{base}/%25{first[1:]}{path[1:]}",
        "a dot segment": f"{base}/./{path}", "a slash more": f"{base}//{path}", "an encoded slash": f"{base}/%2F{path}",
        "a way back": f"{base}/order/../{path}", "an encoded way back": f"{base}/order/%2e%2E/{path}",
        "a slash at the end": url + "/", "a parameter": url + ";x=y", "capitals": f"{base}/{path.upper()}",
    }


class Hostile(ToolTest):
    """Documents that were changed on their way, with the account document at hand, and without it."""

    def setup_method(self):
        super().setup_method()
        self.ca = self.enterContext(ScriptedCA(webroot=self.dir / "web"))
        (self.dir / "web").mkdir()
        for name in ("account", "site"):
            shutil.copy(kit().folder / f"{name}.key", self.dir)
        self.write_account()
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key",
                     "ACME_CA_BUNDLE": str(self.ca.bundle), "ACME_TIMEOUT": "30"}
        request = kit().request(("one.example",))
        self.pending = self.made("acme-challenge", "order", "--type", "http-01", stdin=request)
        self.ready = self.made("acme-challenge", "--webroot", "web", stdin=request)
        self.valid = self.made("acme-finalize", stdin=json.dumps(self.ready))
        for document in (self.pending, self.ready, self.valid):
            document.pop("replayNonce", None)
        self.endpoints = self.ready["endpoints"]
        self.revoke, self.account = self.endpoints["revokeCert"], self.ready["accountURL"]

    def write_account(self, **changes):
        (self.dir / "account.json").write_text(self.ca.account_document(kit().jwk, **changes))

    def made(self, *argv, stdin):
        return json.loads(self.ok(self.run_tool(*argv, stdin=stdin)).text)

    def refused(self, document, *argv, message="is no URL of an order", status=76):
        """One message, and nothing that is signed."""
        heard = len(self.ca.requests)
        result = self.fails(self.run_tool(*argv, stdin=json.dumps(document)), status, message)
        self.assertEqual([f"POST {r.path}" for r in self.ca.requests[heard:] if r.method == "POST"], [])
        self.assertEqual(self.ca.violations, [])
        self.assertEqual(result.err.count("\n"), 1 + result.err.count(": hint: "), result)
        return self.ca.requests[heard:]

    def with_finalize(self, url, *without):
        endpoints = {name: value for name, value in self.endpoints.items() if name not in without}
        return self.ready | {"order": self.ready["order"] | {"finalize": url}, "endpoints": endpoints}

    def with_authorization(self, document, url):
        authorizations = [document["authorizations"][0] | {"url": url}]
        return document | {"authorizations": authorizations, "order": document["order"] | {"authorizations": [url]}}

    def test_each_endpoint_that_the_document_keeps_quiet_about(self):
        for with_account in (True, False):
            if not with_account:
                del self.env["ACME_ACCOUNT"]
            for member in MEMBERS:
                for without in ((), (member,), MEMBERS):
                    with self.subTest(member=member, without=without, with_account=with_account):
                        self.refused(self.with_finalize(self.endpoints[member], *without), "acme-finalize",
                                     message=f"it is the CA's {member}$")

    def test_each_spelling(self):
        for target in (self.revoke, self.account):
            for name, url in spellings(target).items():
                with self.subTest(name, target=target):
                    self.refused(self.with_finalize(url, "revokeCert"), "acme-finalize")
        for name, url in {"a user": self.revoke.replace("//", "//me@"), "a fragment": self.revoke + "#x",
                          "a dot after the host": self.revoke.replace("127.0.0.1", "127.0.0.1.")}.items():
            with self.subTest(name):
                self.refused(self.with_finalize(url), "acme-finalize", message=".")

    def test_each_member_that_names_a_url(self):
        url = self.revoke + "?x"
        without = {"endpoints": {n: v for n, v in self.endpoints.items() if n != "revokeCert"}}
        pending, valid = self.pending | without, self.valid | without
        challenge = self.pending["authorizations"][0]["challenges"][-1] | {"url": url}
        authorization = self.pending["authorizations"][0] | {"challenges": [challenge]}
        for verb in (("respond",), ("wait",), ("cancel",), ("--webroot", "web")):
            for name, document in {"order": pending | {"url": url},
                                   "authorization": self.with_authorization(pending, url),
                                   "challenge": pending | {"authorizations": [authorization]}}.items():
                with self.subTest(name, verb=verb):
                    self.refused(document, "acme-challenge", *verb)
        for name, document in {"order": valid | {"url": url},
                               "certificate": valid | {"order": valid["order"] | {"certificate": url}}}.items():
            with self.subTest(name):
                self.refused(document, "acme-chain")

    def test_cancel_never_closes_the_account(self):
        for name, url in spellings(self.account).items():
            with self.subTest(name):
                self.refused(self.with_authorization(self.pending, url), "acme-challenge", "cancel",
                             message="the account itself")
        self.assertEqual({account.status for account in self.ca.accounts.values()}, {"valid"})

    def test_other_endpoints(self):
        for member in ("newOrder", "newNonce"):
            with self.subTest(member):
                self.refused(self.with_finalize(self.endpoints[member], member), "acme-finalize")

    def test_an_order_that_the_command_line_names(self):
        """It wasn't the CA who did."""
        request = kit().request(("one.example",)).decode()
        for url, reason in ((self.revoke + "?x", "is no URL of an order"), (self.account, "is no URL of an order"), (
                "https://other.example/order/1", "is on another server than the CA's directory and its endpoints")):
            heard = len(self.ca.requests)
            result = self.fails(self.run_tool("acme-challenge", "order", "--url", url, stdin=request), 65,
                                f"error: --url: {re.escape(url)} {reason}")
            self.assertIn("hint: acme-register orders lists those of the account\n", result.err)
            self.assertEqual([r.path for r in self.ca.requests[heard:] if r.method == "POST"], [])

    def test_an_account_document_from_before_a_move(self):
        """It names the old endpoint only, and the CA says where the present one is."""
        old = self.endpoints | {"revokeCert": self.ca.url("old-revoke")}
        self.write_account(endpoints=old, endpointsAt=rfc3339(-2 * 86400))
        for url in (self.revoke, self.ca.url("old-revoke")):
            asked = self.refused(self.with_finalize(url, "revokeCert"), "acme-finalize")
            self.assertLessEqual([r.where for r in asked], ["directory"])

    def test_a_move_that_shows_in_a_404(self):
        """Account and document agree on what was; the nonce is what isn't there any more."""
        old = self.endpoints | {"revokeCert": self.ca.url("old-revoke"), "newNonce": self.ca.url("new-nonce", "old")}
        self.write_account(endpoints=old)
        self.ca.script = [("new-nonce", EVERY, lambda request, go: says(404)(request, go) if request.rest else go())]
        asked = self.refused(self.with_finalize(self.revoke) | {"endpoints": old}, "acme-finalize")
        self.assertEqual([r.path for r in asked], ["/new-nonce/old", "/directory", "/new-nonce"])

    def test_a_directory_that_only_the_document_speaks_of(self):
        """It is the attacker's own, who counts our CA's server among his endpoints."""
        del self.env["ACME_ACCOUNT"]
        with ScriptedCA(hosts=["localhost"]) as theirs:
            theirs.script = [("directory", EVERY, changed(lambda object: object.update(
                newOrder=self.endpoints["newOrder"], revokeCert=None, keyChange=None)))]
            document = self.with_finalize(self.revoke) | {"directory": theirs.directory, "endpoints": {
                "newNonce": theirs.url("new-nonce"), "newOrder": self.endpoints["newOrder"]}}
            asked = self.refused(document, "acme-finalize", message="another server than the directory")
            self.assertEqual(asked, [])
            self.assertEqual(theirs.requests, [])

    def test_what_it_costs(self):
        """Nothing with the account document, however old that is; the directory, once a tool, without."""
        stale = {"endpointsAt": rfc3339(-400 * 86400), "endpoints": self.endpoints | {"newOrder": self.ca.url("old")}}
        for changes, with_account, count in (({}, True, 0), (stale, True, 0), ({}, False, 1)):
            self.write_account(**changes)
            env = self.env if with_account else {n: v for n, v in self.env.items() if n != "ACME_ACCOUNT"}
            for tool, document in (("acme-finalize", self.ready), ("acme-chain", self.valid)):
                with self.subTest(tool, with_account=with_account, stale=changes is stale):
                    heard = len(self.ca.requests)
                    self.ok(self.run_tool(tool, stdin=json.dumps(document), env=env))
                    self.assertEqual([r.where for r in self.ca.requests[heard:]].count("directory"), count)


def to(path, member):
    """The URL in this member, or those in its array, leads there."""
    def change(object):
        if object.get(member):
            base = "/".join(object["finalize"].split("/")[:3])
            object[member] = [base + path] if isinstance(object[member], list) else base + path
    return changed(change)


def challenges_to(path):
    def change(object):
        for challenge in object["challenges"]:
            challenge["url"] = urllib.parse.urljoin(challenge["url"], path)
    return changed(change)


def location_to(path):
    def fault(request, go):
        answer = go()
        answer.headers["Location"] = urllib.parse.urljoin(answer.headers["Location"], path)
        return answer
    return fault


def refused(name, where, fault, by=CHALLENGE, **more):
    def silent(test, journey):
        found = [r.path for r in journey.ca.requests if r.method == "POST" and "revoke" in r.path.lower()]
        test.assertEqual(found, [])
    return fails(name, by, 76, "is no URL of an order", (where, EVERY, fault), also=silent, **more)


class Answers(JourneyTest):
    """The CA's own answers lead there."""

    table = [
        refused("the order", "new-order", location_to("/revoke-cert?1")),
        refused("finalize", "new-order", to("/revoke%2Dcert", "finalize")),
        refused("an authorization", "new-order", to("/./revoke-cert", "authorizations")),
        refused("a challenge", "authorization", challenges_to("/revoke-cert/")),
        refused("the account for an authorization", "new-order", to("/account//1", "authorizations"),
                sent={"account": 0}),
        refused("the certificate", "finalize", to("/%72evoke-cert?x", "certificate"), FINALIZE),
        refused("newOrder itself", "order", to("/revoke-cert", "finalize"), endpoints={
            "newOrder": lambda url: url.replace("new-order", "revoke-cert")}),
    ]
