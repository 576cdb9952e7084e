"""A failure's hint tells the person the next thing to do."""

from faults import changed
from journey import EVERY, kit
from ports import silent_port
from scripted_ca import URN, ScriptedCA
from tools import ToolTest

ONE, TWO = NAMES = ("one.example", "two.example")
DNS = "does the name stand in the DNS, and lead to this web server?"
PORT = "can the CA reach port 80 of that name from outside?"
ROOT = "is the web root the folder that the web server shows for that name, on port 80?"
SHOWN = "does port 80 of that name show what was to be published, from outside too?"
SERVER = "the server that shows the proof"
RECORD = "do all name servers of the zone show the record? --dns-wait SECONDS waits until they do"
CAA = "the CAA records of the name, or of a domain above it, have to allow this CA"
CHECK = "; acme-challenge check shows it before the next order"
WEBROOT = "give --webroot DIR, the folder that the web server shows, or --hook CMD, which puts a record into the DNS"


class NextThingTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "web").mkdir()

    def ca(self, script=(), **habits):
        ca = self.enterContext(ScriptedCA(script, webroot=self.dir / "web", **habits))
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": str(kit().folder / "account.key"),
                     "ACME_CA_BUNDLE": str(ca.bundle)}
        return ca

    def challenge(self, *words, names=NAMES):
        return self.run_tool("acme-challenge", *words, stdin=kit().request(tuple(names)))

    def hints(self, result, *expected):
        """Exactly these, of a failure."""
        self.assertNotEqual(result.status, 0)
        found = [line.partition(": hint: ")[2] for line in result.err.splitlines() if ": hint: " in line]
        self.assertEqual(found, list(expected), result)
        return result


class FailedNames(NextThingTest):

    def failed(self, *words, **errors):
        """Names that the CA finds unproved, for the reasons in `errors`."""
        def change(object):
            kind, detail = errors[object["identifier"]["value"].partition(".")[0]]
            for challenge in object["challenges"]:
                if "error" in challenge:
                    challenge["error"] |= {"type": URN + kind, "detail": detail}
        ca = self.ca([("authorization", EVERY, changed(change))], unproved=NAMES, zone=self.dir / "zone",
                     drafts={"tls-alpn-01": {}})
        (self.dir / "zone").touch()
        names = [name for name in NAMES if name.partition(".")[0] in errors]
        result = self.challenge(*(words or ("--webroot", "web")), names=names)
        self.assertEqual(ca.violations, [])
        return result

    def test_one_name(self):
        for error, hint in {
            ("dns", "NXDOMAIN looking up A for one.example"): DNS,
            ("connection", "dial tcp: lookup one.example: no such host"): DNS,
            ("connection", "Timeout during connect"): PORT,
            ("unauthorized", "404"): ROOT, ("incorrectResponse", "another answer"): ROOT,
            ("caa", "CAA record for example forbids issuance"): CAA,
        }.items():
            with self.subTest(error):
                self.hints(self.failed(one=error), hint + CHECK)

    def test_what_is_no_matter_of_the_web_root(self):
        for kind in "rejectedIdentifier", "serverInternal", "somethingNew":
            with self.subTest(kind):
                self.hints(self.failed(one=(kind, "because")))

    def test_by_dns(self):
        for kind in "unauthorized", "dns":
            with self.subTest(kind):
                self.hints(self.failed("--hook", "true", one=(kind, "no TXT record")), RECORD + CHECK)

    def test_by_what_has_no_web_root(self):
        """Each way says what it is that has to be seen."""
        for words, unseen, machine in [
            (("--standalone", f"127.0.0.1:{self.enterContext(silent_port())}"),
             "does port 80 of that name lead to this tool while the CA looks?", "this machine"),
            (("--alpn", f"127.0.0.1:{self.enterContext(silent_port())}"),
             "does port 443 of that name lead to this tool while the CA looks?", "this machine"),
            (("--hook", "true", "--type", "http-01"), SHOWN, SERVER),
            (("--hook", "true", "--type", "tls-alpn-01"),
             "does port 443 of that name show the certificate that was to be published?", SERVER),
        ]:
            with self.subTest(words):
                self.hints(self.failed(*words, one=("unauthorized", "404")), unseen + CHECK)
                self.hints(self.failed(*words, one=("dns", "NXDOMAIN")),
                           f"does the name stand in the DNS, and lead to {machine}?{CHECK}")

    def test_each_name_by_its_own_way(self):
        result = self.failed("--webroot", "one.example=web", "--hook", "true", "--type", "http-01",
                             one=("unauthorized", "404"), two=("unauthorized", "404"))
        self.hints(result, f"{ONE}: {ROOT}; {TWO}: {SHOWN}{CHECK}")

    def test_where_another_has_put_it_in_place(self):
        self.ca(unproved=NAMES)
        order = self.ok(self.challenge("order", "--type", "http-01", names=(ONE,))).out
        order = self.ok(self.run_tool("acme-challenge", "publish", "--webroot", "web", stdin=order)).out
        order = self.ok(self.run_tool("acme-challenge", "respond", stdin=order)).out
        self.hints(self.run_tool("acme-challenge", "wait", stdin=order), SHOWN + CHECK)

    def test_two_that_failed_alike(self):
        self.hints(self.failed(one=("dns", "NXDOMAIN"), two=("dns", "SERVFAIL")), DNS + CHECK)

    def test_two_that_failed_differently(self):
        self.hints(self.failed(one=("dns", "NXDOMAIN"), two=("connection", "refused")),
                   f"{ONE}: {DNS}; {TWO}: {PORT}{CHECK}")
        self.hints(self.failed(one=("dns", "NXDOMAIN"), two=("odd", "x")), f"{ONE}: {DNS}{CHECK}")


class Awaited(NextThingTest):

    def waits(self, order):
        result = self.run_tool("acme-challenge", "wait", "--timeout", "1", stdin=order)
        return self.fails(result, 75, "the CA hasn't validated one.example yet")

    def test_nobody_has_told_the_ca_to_look(self):
        self.ca(pending_polls=1000)
        for words in ("--type", "http-01"), ():
            order = self.ok(self.challenge("order", *words, names=(ONE,))).out
            self.hints(self.waits(order), "if nobody has told the CA to look yet, acme-challenge respond does; allow more "
                                          "with --timeout, or go on later")

    def test_the_ca_takes_its_time(self):
        self.ca(pending_polls=1000)
        order = self.ok(self.challenge("order", "--type", "http-01", names=(ONE,))).out
        order = self.ok(self.run_tool("acme-challenge", "respond", stdin=order)).out
        self.hints(self.waits(order), "allow more with --timeout, or go on later")


class NoWay(NextThingTest):

    def test_a_forgotten_web_root(self):
        self.ca()
        result = self.fails(self.challenge(), 64, "no way is given to prove control of one.example, two.example")
        self.hints(result, f"{WEBROOT}; or publish by yourself what acme-challenge order and acme-challenge show say")

    def test_before_the_ca_hears_of_it(self):
        ca = self.ca()
        for words, names, name, hint in [
            (("--webroot", "one.example=web"), NAMES, TWO, WEBROOT),
            (("--webroot", "web"), ("*.one.example",), r"\*.one.example",
             "a wildcard is proved by DNS alone: give --hook CMD, or --manual --type dns-01"),
            (("--hook", "true"), ("192.0.2.1",), "192.0.2.1",
             "an address is never proved by DNS: give --webroot DIR or --standalone PORT"),
        ]:
            with self.subTest(words):
                result = self.fails(self.challenge(*words, names=names), 64, f"no way is given to prove control of {name}")
                self.hints(result, hint)
        self.assertEqual(ca.requests, [])

    def test_nowhere_to_publish(self):
        self.ca()
        order = self.ok(self.challenge("order", "--type", "http-01")).out
        for verb in "publish", "clean":
            result = self.run_tool("acme-challenge", verb, stdin=order)
            self.hints(self.fails(result, 64, "it isn't said where the proofs go"), WEBROOT)

    def test_the_folder_of_the_proofs_as_web_root(self):
        ca = self.ca()
        for folder in "web/.well-known/acme-challenge", "web/.well-known/acme-challenge/", "web/.well-known", \
                "one.example=web//.well-known/./acme-challenge", ".well-known/acme-challenge":
            for verb in (), ("publish",):
                with self.subTest(folder, verb=verb):
                    result = self.challenge(*verb, "--webroot", folder)
                    self.fails(result, 64, "--webroot .*well-known.* is the folder of the proofs itself")
                    self.hints(result, "name the folder above .well-known/acme-challenge, which the web server shows as /")
        self.assertEqual(ca.requests, [])


class Registering(NextThingTest):

    def test_a_ca_that_cannot_be_reached(self):
        for directory in "https://127.0.0.1:1/directory", "https://nowhere.invalid/directory":
            with self.subTest(directory):
                result = self.run_tool("acme-register", "-k", kit().folder / "account.key", "--directory", directory,
                                       "--timeout", "10")
                self.fails(result, 69, directory)
                self.hints(result, "is that the CA (--directory, ACME_DIRECTORY)? does the network let this host reach it,"
                                   " or is there a proxy to be named by HTTPS_PROXY?")

    def test_terms(self):
        ca = self.ca()
        (self.dir / "new.key").write_bytes(self.ok(self.run_tool("acme-key")).out)
        result = self.run_tool("acme-register", "-k", "new.key", "--directory", ca.directory)
        self.fails(result, 78, "terms of service")
        self.hints(result, "read them, then give --agree-tos; under make: make ACME_AGREE_TOS=yes")
