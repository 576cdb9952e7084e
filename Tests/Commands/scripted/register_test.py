"""acme-register against a CA that isn't as it should be, and against one that is."""

import dataclasses
import json
import os
import socket
import threading

import jose
from certificates import certificate
from faults import (bad_nonce, changed, dropped, endless, html, lost, redirects, refuses, rewritten, says, sleeps,
                    with_headers, with_members)
from journey import EVERY, kit, several
from scripted_ca import ScriptedCA
from tables import TableTest
from tools import ToolTest
from web import Answer

AGREED = ("--agree-tos",)
MAC_KEY = b"thirty-two bytes for the binding"


@dataclasses.dataclass
class Row:
    """One run: what the CA does, what it is asked with, and how it ends."""

    name: str
    status: tuple
    message: str
    script: tuple
    arguments: tuple = AGREED
    sent: dict = dataclasses.field(default_factory=dict)
    habits: dict = dataclasses.field(default_factory=dict)
    budget: int = 20
    also: tuple = ()


def fine(name, *script, **more):
    return Row(name, (0,), "", script, **more)


def fails(name, status, message, *script, **more):
    return Row(name, several(status), message, script, **more)


def accounts(count):
    return lambda test, ca, result: test.assertEqual(len(ca.accounts), count)


def shows(*texts):
    return lambda test, ca, result: [test.assertIn(t.replace("BASE", ca.base), result.err) for t in texts]


def keeps(*texts):
    return lambda test, ca, result: [test.assertIn(text, result.text) for text in texts]


def after_the_look_up(test, ca, result):
    """The key's account is looked for before anything is agreed to or spent."""
    first = ca.asked("new-account")[0].payload
    test.assertEqual(first, {"onlyReturnExisting": True})


def exists(status):
    """The key's account is there already, in this state."""
    return lambda request, go: Answer(200, {"status": status}, headers={
        "Location": f"https://{request.headers['Host']}/account/1"})


def http(object):
    object["newAccount"] = object["newAccount"].replace("https", "http", 1)


BINDING = ("--agree-tos", "--eab-kid", "kid-1", "--eab-key-file", "eab.key")


class RegisterTest(TableTest):
    table = [
        fine("nothing is wrong", sent={"directory": 1, "new-nonce": 1}, also=(accounts(1), after_the_look_up)),
        fine("no terms and nothing agreed", arguments=(), habits={"terms": False}, also=(accounts(1),)),
        fine("contacts", arguments=(*AGREED, "--contact", "mailto:me@a.example", "--contact", "mailto:you@a.example"),
             also=(keeps('"contact":["mailto:me@a.example","mailto:you@a.example"]'),)),
        fine("a binding", arguments=BINDING, habits={"eab": {"kid-1": MAC_KEY}},
             also=(accounts(1), after_the_look_up)),
        fine("unknown members are kept", ("new-account", EVERY, with_members(odd=[1, "ü"])),
             also=(keeps('"odd":[1,"ü"]', '"a2V5LXRoYXQtbm9ib2R5LWtub3dz"'),)),
        fine("numbers keep their text", ("new-account", EVERY, rewritten(lambda b: b'{"n":1E+400,' + b[1:])),
             also=(keeps('"n":1E+400'),)),
        fine("a path for the account", ("new-account", EVERY, with_headers(Location="/account/1")),
             also=(lambda test, ca, result: test.assertIn(f'"url":"{ca.base}/account/1"', result.text),)),
        fine("a nonce is refused", ("new-account", 1, bad_nonce()), also=(accounts(1),)),
        fine("the answer is lost", ("new-account", 2, lost), also=(accounts(1),)),
        fine("503 for the directory", ("directory", 1, says(503)), sent={"directory": 2}),
        fine("cut off at the directory", ("directory", 1, dropped), sent={"directory": 2}),
        fine("the look-up is refused oddly", ("new-account", 1, refuses("malformed", 400)), also=(accounts(1),)),
        fine("the look-up is not authorized", ("new-account", 1, refuses("unauthorized", 401)), also=(accounts(1),)),
        fine("a directory of 1 MiB", ("directory", EVERY, rewritten(lambda b: b + b" " * ((1 << 20) - len(b))))),
        fine("no orders in the account", ("new-account", EVERY, changed(lambda o: o.pop("orders", None)))),

        # The directory.
        fails("a web page for a directory", 76, "", ("directory", EVERY, html(200)), sent={"new-account": 0}),
        fails("no directory there", 77, "404", ("directory", EVERY, html(404))),
        fails("a proxy in trouble", 75, "502", ("directory", EVERY, html(502)), budget=3),
        fails("nothing for a directory", 76, "", ("directory", EVERY, says(200))),
        fails("an array for a directory", 76, "", ("directory", EVERY, says(200, []))),
        fails("a directory without an end", 76, "", ("directory", EVERY, endless())),
        fails("a directory that never comes", 75, "", ("directory", EVERY, sleeps(60)), budget=2),
        fails("no newAccount", 76, "newAccount", ("directory", EVERY, with_members(newAccount=None))),
        fails("no newNonce", 76, "newNonce", ("directory", EVERY, with_members(newNonce=None))),
        fails("a number for newAccount", 76, "", ("directory", EVERY, with_members(newAccount=7))),
        fails("plain http for newAccount", 76, "", ("directory", EVERY, changed(http))),
        fails("a directory that redirects to http", 76, "", ("directory", EVERY, redirects("http://127.0.0.1:1/"))),
        fine("a foolish meta", ("directory", EVERY, with_members(meta=[]))),

        # What a person must do.
        fails("terms that nobody agreed to", 78, "/terms", arguments=(), also=(accounts(0), shows("BASE/terms"))),
        fails("terms in a later Link", 78, "new terms", ("new-account", EVERY, refuses(
              "userActionRequired", 403, "there are new terms", {"instance": "https://ca.example/agree/7"},
              Link='<https://ca.example/terms/8>;rel="terms-of-service"')),
              also=(shows("https://ca.example/agree/7", "https://ca.example/terms/8"),)),
        fails("a binding is needed", 78, "", habits={"eab": {"kid-1": MAC_KEY}}, also=(accounts(0), after_the_look_up),
              sent={"new-account": 1}),
        fails("a binding is needed, found late", 78, "a contract", ("new-account", 2, refuses(
              "externalAccountRequired", 403, "this takes a contract"))),
        fails("the binding's key is wrong", 77, "MAC", arguments=BINDING, habits={"eab": {"kid-1": b"another"}}),
        fails("an account that was deactivated", 78, "deactivated", ("new-account", EVERY, exists("deactivated"))),
        fails("an account that was revoked", 78, "revoked", ("new-account", EVERY, exists("revoked"))),
        fails("a new account that isn't valid", 78, "revoked", ("new-account", 2, with_members(status="revoked"))),

        # What the CA refuses, or gets wrong.
        fails("too many accounts", 75, "too many", ("new-account", EVERY, refuses("rateLimited", 429, "too many")),
              sent={"new-account": 1}),
        fails("a contact that isn't liked", 77, "not that one", ("new-account", 2, refuses(
              "unsupportedContact", 400, "not that one")), sent={"new-account": 2}),
        fails("a key that isn't liked", 77, "not that one", ("new-account", EVERY, refuses(
              "badPublicKey", 400, "not that one"))),
        fails("an algorithm that isn't liked", 77, "ES384", ("new-account", EVERY, refuses(
              "badSignatureAlgorithm", 400, "ES384 only", {"algorithms": ["ES384"]}))),
        fails("an account without a place", 76, "Location", ("new-account", EVERY, with_headers(Location=None))),
        fails("an account at a path of another server", 76, "",
              ("new-account", EVERY, with_headers(Location="//ca.example/account/1"))),
        fails("an account at plain http", 76, "", ("new-account", EVERY, with_headers(Location="http://127.0.0.1/a"))),
        fails("an account elsewhere", 76, "", ("new-account", EVERY, with_headers(Location="https://ca.example/a"))),
        fails("an array for an account", 76, "", ("new-account", 2, rewritten(lambda b: b"[]"))),
        fails("half an account", 76, "", ("new-account", 2, rewritten(lambda b: b[:-1]))),
        fails("an account that moved", 76, "redirect", ("new-account", EVERY, redirects("/elsewhere", 307)),
              sent={"new-account": 1, "elsewhere": 0}),
    ]

    def check(self, row):
        with ScriptedCA(row.script, webroot=self.dir, **row.habits) as ca:
            (self.dir / "account.key").write_bytes((kit().folder / "account.key").read_bytes())
            (self.dir / "eab.key").write_text(jose.b64(MAC_KEY) + "\n")
            self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": row.budget}
            self.env = {name: str(value) for name, value in self.env.items()}
            result = self.run_tool("acme-register", "-k", "account.key", *row.arguments)
            self.assertEqual(self.files(), ["account.key", "eab.key"])
            self.assertEqual(ca.violations, [], result)
            self.assertIn(result.status, row.status, result)
            document = json.loads(result.text)
            self.assertEqual(result.out.count(b"\n"), 1)
            if result.status:
                self.fails(result, result.status, ".")
                self.assertRegex(result.err, row.message or ".")
                self.assertEqual([document[m] for m in ("format", "tool", "exit")],
                                 ["acme-problem/1", "acme-register", result.status])
            else:
                self.ok(result)
                self.assertEqual(document["format"], "acme-account/1")
                self.assertEqual(document["url"], list(ca.accounts)[0])
                self.assertEqual(document["directory"], ca.directory)
                self.assertEqual((document["jwk"], document["thumbprint"]), (kit().jwk, jose.thumbprint(kit().jwk)))
            for where, count in row.sent.items():
                self.assertEqual(len(ca.asked(where)), count, f"{where}\n{result}")
            for check in row.also:
                check(self, ca, result)


class LinesTest(ToolTest):
    """Directories that can't be reached, or aren't to be trusted: 69."""

    def register(self, directory, bundle, **env):
        key = kit().folder / "account.key"
        return self.run_tool("acme-register", "-k", key, "--agree-tos", "--directory", directory, "--timeout", "5",
                             env=self.env | {"ACME_CA_BUNDLE": str(bundle)} | env)

    def test_nobody_listens(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, but it doesn't listen
            ca = ScriptedCA()
            self.fails(self.register(f"https://127.0.0.1:{taken.getsockname()[1]}/dir", ca.bundle), 69, "127.0.0.1")

    def test_no_such_host(self):
        self.fails(self.register("https://ca.invalid/dir", ScriptedCA().bundle), 69, "ca.invalid")

    def test_an_untrusted_root(self):
        with ScriptedCA() as ca:
            self.fails(self.register(ca.directory, ca.issuer.path("other-root.pem")), 69, ".")
            self.assertEqual(ca.requests, [])

    def test_a_certificate_for_another_host(self):
        with ScriptedCA(certificate="elsewhere") as ca:
            self.fails(self.register(ca.directory, ca.bundle), 69, ".")
            self.assertEqual(ca.requests, [])

    def test_no_switch_for_trust(self):
        with ScriptedCA() as ca:
            odd = {"SSL_CERT_FILE": str(ca.issuer.path("other-root.pem")), "CURL_CA_BUNDLE": str(ca.bundle)}
            result = self.run_tool("acme-register", "-k", kit().folder / "account.key", "--directory", ca.directory,
                                   "--timeout", "5", env=self.env | odd)
            self.fails(result, 69, ".")

    def test_trust_by_ssl_cert_file(self):
        with ScriptedCA() as ca:
            self.ok(self.run_tool("acme-register", "-k", kit().folder / "account.key", "--agree-tos", "--directory",
                                  ca.directory, env=self.env | {"SSL_CERT_FILE": str(ca.bundle)}))

    def test_files_with_nobody_to_be_trusted(self):
        """By each tool alike, whoever names them: what can't be read is 66, what holds no certificate 65."""
        (self.dir / "text").write_text("hello\n")
        (self.dir / "empty").touch()
        (self.dir / "site.pem").write_text(certificate())
        key = kit().folder / "account.key"
        with ScriptedCA() as ca:
            (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
            for file, status, message in [
                ("nowhere", 66, r"can't read nowhere{}: no such file or directory$"),
                (".", 66, r"can't read \.{}: is a directory$"), ("empty", 65, r"empty{} is empty$"),
                ("text", 65, r"text{} holds no PEM certificate that could be trusted$"),
                (key, 65, r"account\.key{} holds a private key, and no certificate that could be trusted$"),
            ]:
                for name in "--ca-bundle", "ACME_CA_BUNDLE", "SSL_CERT_FILE":
                    for tool in [("acme-register", "-k", key, "--directory", ca.directory),
                                 ("acme-challenge", "order", "-k", key, "-a", "account.json"),
                                 ("acme-revoke", "-k", key, "-a", "account.json"),
                                 ("acme-renewal", "site.pem", "--directory", ca.directory)]:
                        if file != "nowhere" and tool[0] != "acme-register":
                            continue
                        with self.subTest(file, name=name, tool=tool[0]):
                            option = (name, file) if name.startswith("--") else ()
                            stdin = kit().request(("a.example",)) if tool[1] == "order" else certificate()
                            result = self.run_tool(*tool, *option, stdin=stdin,
                                                   env=self.env | ({} if option else {name: str(file)}))
                            self.fails(result, status, message.format("" if option else rf" \({name}\)"))
            self.assertEqual(ca.requests, [])

    def test_a_port_without_tls(self):
        for words in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"", b"SSH-2.0-OpenSSH_9.2\r\n":
            with self.subTest(words), socket.create_server(("127.0.0.1", 0)) as server:
                threading.Thread(target=answer_all, args=(server, words), daemon=True).start()
                directory = f"https://127.0.0.1:{server.getsockname()[1]}/dir"
                self.fails(self.register(directory, ScriptedCA().bundle), 69, ".")

    def test_tls_that_never_comes(self):
        with socket.create_server(("127.0.0.1", 0)) as server:  # the kernel takes the connection, nobody answers
            directory = f"https://127.0.0.1:{server.getsockname()[1]}/dir"
            result = self.register(directory, ScriptedCA().bundle)
            self.assertIn(result.status, (69, 75))
            self.fails(result, result.status, ".")

    def test_directories_that_are_no_url(self):
        for directory in "http://127.0.0.1/dir", "ca.example", "", "https://", "nobody-knows-this-name":
            with self.subTest(directory):
                self.fails(self.register(directory, ScriptedCA().bundle), 64, ".")


def answer_all(server, words):
    """Says `words` to whoever connects, until the socket is closed."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)
            connection.sendall(words)


class TwiceTest(ToolTest):
    """The same key gives the same account and the same document."""

    def test_twice(self):
        with ScriptedCA() as ca:
            self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle)}
            key = kit().folder / "account.key"
            first = self.ok(self.run_tool("acme-register", "-k", key, "--agree-tos"))
            second = self.ok(self.run_tool("acme-register", "-k", key))
            piped = self.ok(self.run_tool("acme-register", stdin=key.read_bytes()))
            documents = [json.loads(result.text) for result in (first, second, piped)]
            for document in documents:
                document.pop("endpointsAt")
            self.assertEqual(documents[0], documents[1])
            self.assertEqual(documents[0], documents[2])
            self.assertEqual(len(ca.accounts), 1)

    def test_if_changed(self):
        """When the CA's endpoints were fetched is no change; what else may differ, is."""
        with ScriptedCA() as ca:
            self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle)}
            key = kit().folder / "account.key"
            self.ok(self.run_tool("acme-register", "-k", key, "--agree-tos", "-o", "account.json"))
            self.assertEqual(self.files(), ["account.json"])
            again = "acme-register", "-k", key, "-o", "account.json", "--if-changed"
            self.ok(self.run_tool(*again))
            file = self.dir / "account.json"
            document = json.loads(file.read_text())
            fetched = document["endpointsAt"]
            aged = file.read_text().replace(fetched, "2020-02-02T00:00:00Z")
            file.write_text(aged)
            os.utime(file, (7, 7))
            for command in again, (*again[:1], "show", *again[1:]):
                with self.subTest(command):
                    self.ok(self.run_tool(*command))
                    self.assertEqual((file.read_text(), file.stat().st_mtime), (aged, 7))
            next(iter(ca.accounts.values())).contact = ["mailto:me@example.org"]
            self.ok(self.run_tool(*again))
            self.assertNotIn("2020-02-02", file.read_text())
            self.assertEqual(json.loads(file.read_text())["account"]["contact"], ["mailto:me@example.org"])
            file.write_text(aged)
            self.ok(self.run_tool(*again[:-1]))
            self.assertNotIn("2020-02-02", file.read_text())
