"""acme-renewal and what a CA says, or doesn't, of when it wants a certificate renewed (RFC 9773)."""

import dataclasses
import datetime
import json
import re
import time

from acme_objects import rfc3339
from certificates import DAY, certificate, certificate_id, renumbered
from faults import (HTML, changed, cut_short, dropped, endless, html, http_date, raw, redirects, refuses, says, sleeps,
                    with_headers, with_members)
from front import connections, put_before
from scripted_ca import EVERY, ScriptedCA
from tables import TableTest
from tools import ToolTest

LONGEST = 30  # seconds, where the CA is silent for an hour
DUE_BY_LIFETIME, NOT_YET, BY_WINDOW = (0, "lifetime"), (1, "not-yet"), (0, "window")
SOON = (DAY, 2 * DAY)
# A line of another tool.
OTHER = json.dumps({"tool": "acme-chain", "pid": 1, "n": 1, "time": "2026-11-27T12:00:00Z", "purpose": "the directory",
                    "section": "RFC 8555, section 7.1.1", "milliseconds": 1, "request": {
                        "method": "GET", "url": "https://ca.example/", "headers": {}}, "error": "lost",
                    "errorKind": "lost"}) + "\n"


def seconds(text):
    """From now to a time in a document."""
    at = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    return (at - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


class RenewalTest(ToolTest):
    """Runs acme-renewal against a scripted CA."""

    def begin(self, *script, **habits):
        ca = self.enterContext(ScriptedCA(list(script), **habits))
        self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle)}
        return ca

    def renewal(self, pem, *argv):
        return self.run_tool("acme-renewal", *argv, stdin=pem)

    def documents(self, result):
        return [json.loads(line) for line in result.text.splitlines()]

    def no_word(self, result, reason, who="the certificate on stdin"):
        """One warning, which tells why and for whom the lifetime decides."""
        line = r"acme-renewal: warning: no word from the CA https://127\.0\.0\.1:\d+/\S* on when to renew (.+), so the " \
               r"lifetime decides: (.+)\n"
        self.assertRegex(result.err, f"^{line}$", result)
        said = re.fullmatch(line, result.err)
        self.assertEqual(said[1], who)
        self.assertRegex(said[2], reason)


@dataclasses.dataclass
class Row:
    name: str
    fault: object  # what the CA answers when it is asked for the window
    warning: str | None  # a regex; None for silence
    outcome: tuple = NOT_YET
    again: tuple = (6 * 3600, 6 * 3600)  # from when to when the next look is, in seconds from now
    asked: int = 1
    window: tuple = SOON


def window(start, end):
    return with_members(suggestedWindow={"start": rfc3339(start), "end": rfc3339(end)})


def pause(name, value, least, most=None):
    return Row(f"Retry-After {name}", with_headers(Retry_After=value), None, again=(least, most or least))


class AnswerTest(TableTest, RenewalTest):
    """Whatever the CA answers: status, document and time are within bounds."""

    table = [
        Row("a window to come", window(*SOON), None, again=(3600, 3600)),
        Row("a window that is over", window(-2 * DAY, -DAY), None, BY_WINDOW, again=(3600, 3600)),
        Row("a window in 1970", with_members(suggestedWindow={"start": "1970-01-01T00:00:00Z",
                                                             "end": "1970-01-02T00:00:00Z"}), None, BY_WINDOW,
            again=(3600, 3600)),
        Row("fractions and offsets", with_members(suggestedWindow={"start": "2020-01-01T00:00:00.123+01:00",
                                                                  "end": "2020-01-02T00:00:00-00:30"}), None,
            BY_WINDOW, again=(3600, 3600)),
        Row("reversed", window(2 * DAY, DAY), "its window ends at .+, and begins no earlier"),
        Row("empty", window(DAY, DAY), "its window ends at"),
        Row("ten years long", window(-DAY, 3650 * DAY), "is longer than the certificate is valid"),
        Row("after the end", window(200 * DAY, 201 * DAY), "its window begins at .+, when the certificate has been inv"),
        Row("in a hundred years", window(36500 * DAY, 36501 * DAY), "its window begins at"),
        Row("no window", with_members(suggestedWindow=None), '"suggestedWindow" is missing'),
        Row("a window of text", with_members(suggestedWindow="soon"), '"suggestedWindow" is not an object'),
        Row("numbers", with_members(suggestedWindow={"start": 1, "end": 2}), '"start" of its suggestedWindow'),
        Row("dates alone", with_members(suggestedWindow={"start": "2026-01-01", "end": "2026-01-02"}), "RFC 3339"),
        Row("an odd explanation", with_members(explanationURL=["x"]), None, again=(3600, 3600)),
        pause("-5", "-5", 6 * 3600),
        pause("0", "0", 60),
        pause("59", "59", 60),
        pause("a year", str(365 * DAY), DAY),
        pause("more than 64 bits", "9" * 30, DAY),
        pause("a date", http_date(7200), 6000, 7200),
        pause("a date in a year", http_date(365 * DAY), DAY),
        pause("a date that is over", http_date(-3600), 60),
        pause("junk", "in a while", 6 * 3600),
        pause("none", None, 6 * 3600),
        Row("404", says(404), "HTTP status 404"),
        Row("a problem", refuses("malformed", 404, "certificate \x1b[31m not found"), r"certificate \\u\{1b\}\[31m not"),
        Row("a web page", html(200), "the renewal information https://"),
        Row("a web page with 502", html(502), "HTTP status 502: .*nginx", asked=2),
        Row("nothing", says(200), "the renewal information https://"),
        Row("an array", says(200, b"[]"), "the renewal information https://"),
        Row("half of it", cut_short, "the answer was lost", asked=2),
        Row("no answer", dropped, "the answer was lost", asked=3),  # libcurl itself asks again on a new connection
        Row("not HTTP", raw(b"220 mail.example ESMTP\r\n"), "isn't HTTP"),
        Row("without end", endless(), "too large"),
        Row("elsewhere", redirects("https://elsewhere.example/"), "never followed"),
        Row("busy for an hour", says(503, Retry_After="3600"), "HTTP status 503", again=(3500, 3600)),
        Row("rate limited", refuses("rateLimited", 429, Retry_After="120"), "rateLimited", again=(100, 120)),
    ]

    def check(self, row):
        ca = self.begin(("renewal-info", EVERY, row.fault), renewal=row.window)
        pem = certificate()
        began = time.monotonic()
        result = self.renewal(pem)
        self.assertLess(time.monotonic() - began, LONGEST)
        document, = self.documents(result)
        self.assertEqual((result.status, document["reason"]), row.outcome, result)
        self.assertEqual(document["due"], result.status == 0)
        self.assertEqual(document["format"], "acme-renewal/1")
        self.assertEqual(document["certID"], certificate_id(pem))
        self.assertEqual("window" in document, row.warning is None)
        self.assertTrue(row.again[0] - 20 <= seconds(document["checkAgainAt"]) <= row.again[1] + 1, document)
        if row.warning is None:
            self.assertEqual(result.err, "", result)
        else:
            self.no_word(result, row.warning)
        self.assertEqual({r.path for r in ca.asked("renewal-info")}, {f"/renewal-info/{certificate_id(pem)}"})
        self.assertEqual([r.where for r in ca.requests], ["directory"] + ["renewal-info"] * row.asked)
        self.assertEqual(ca.violations, [])


class DecisionTest(RenewalTest):

    def test_the_moment_is_the_same_at_every_run_and_another_for_each(self):
        self.begin(renewal=(5 * DAY, 7 * DAY))
        moments = set()
        for number in range(8):
            pem = renumbered(certificate(), number + 1)
            found = [self.documents(self.renewal(pem))[0] for _ in range(2)]
            # The window moves with the time that passed between the two.
            places = [seconds(d["renewAt"]) - seconds(d["window"]["start"]) for d in found]
            self.assertAlmostEqual(places[0], places[1], delta=1)
            self.assertTrue(0 <= places[0] <= 2 * DAY)
            moments.add(round(places[0] / 60))
        self.assertGreater(len(moments), 4)

    def test_the_lifetime_alone(self):
        rows = [(90, 59, NOT_YET), (90, 61, DUE_BY_LIFETIME), (45, 29, NOT_YET), (45, 31, DUE_BY_LIFETIME),
                (6, 2, NOT_YET), (6, 4, DUE_BY_LIFETIME), (9, 4, NOT_YET), (12, 7, NOT_YET), (12, 9, DUE_BY_LIFETIME),
                (90, 91, (0, "expired"))]
        for days, age, outcome in rows:
            for offline in [], ["--offline"]:
                with self.subTest((days, age, offline)):
                    result = self.renewal(certificate(days, age), *offline)
                    self.assertEqual((result.status, self.documents(result)[0]["reason"]), outcome, result)
                    self.assertEqual(result.err, "", result)

    def test_a_ca_without_it(self):
        for habit in {}, {"script": [("directory", EVERY, with_members(renewalInfo=None))]}:
            with self.subTest(habit):
                ca = self.begin(*habit.get("script", []))
                result = self.renewal(certificate())
                self.assertEqual((result.status, result.err), (1, ""), result)
                self.assertEqual([r.where for r in ca.requests], ["directory"])

    def test_renewal_info_that_is_no_url(self):
        for value in 7, "http://ca.example/x", "", None:
            with self.subTest(value):
                self.begin(("directory", EVERY, changed(lambda o: o.update(renewalInfo=value))))
                result = self.renewal(certificate())
                self.assertEqual(result.status, 1, result)
                if value is None:
                    self.assertEqual(result.err, "")
                else:
                    self.no_word(result, "renewalInfo")

    def test_no_double_slash(self):
        ca = self.begin(("directory", EVERY, changed(lambda o: o.update(renewalInfo=o["renewalInfo"] + "/"))),
                        renewal=SOON)
        self.assertEqual(self.renewal(certificate()).err, "")
        self.assertEqual(ca.asked("renewal-info")[0].path, "/renewal-info/" + certificate_id(certificate()))

    def test_what_has_expired_is_not_asked_for(self):
        ca = self.begin(renewal=SOON)
        result = self.renewal(certificate(90, 100))
        document, = self.documents(result)
        self.assertEqual((result.status, document["reason"], result.err), (0, "expired", ""), result)
        self.assertEqual(document["certID"], certificate_id(certificate(90, 100)))
        self.assertEqual(ca.requests, [])

    def test_nobody_is_asked_offline(self):
        ca = self.begin(renewal=(-2, -1))
        result = self.renewal(certificate(), "--offline")
        self.assertEqual((result.status, result.err, ca.requests), (1, "", []), result)

    def test_the_explanation_is_passed_on(self):
        self.begin(("renewal-info", EVERY, with_members(explanationURL="https://ca.example/why")), renewal=(-2, -1))
        result = self.renewal(certificate(), "-v")
        self.assertEqual(self.documents(result)[0]["explanationURL"], "https://ca.example/why")
        self.assertIn("https://ca.example/why", result.err)


class DownTest(RenewalTest):
    """A CA that can't be asked is no failure, costs little time, and is warned of once."""

    def both(self, *argv):
        for name in "one.pem", "two.pem":
            (self.dir / name).write_text(renumbered(certificate(), len(name) + ord(name[0])))
        began = time.monotonic()
        result = self.run_tool("acme-renewal", *argv, "one.pem", "two.pem")
        self.assertLess(time.monotonic() - began, LONGEST)
        self.assertEqual(result.status, 1, result)
        self.assertEqual([d["reason"] for d in self.documents(result)], ["not-yet"] * 2)
        return result

    def test_nobody_listens(self):
        self.begin().stop()
        self.no_word(self.both(), "[Cc]onnect", "one.pem and 1 other")

    def test_quiet(self):
        self.begin().stop()
        self.assertEqual(self.both("-q").err, "")

    def test_a_directory_that_is_none(self):
        for fault, reason in [(html(200), "the directory"), (says(500), "500"), (says(404), "404"),
                              (says(200, b"{"), "the directory"), (dropped, "lost")]:
            with self.subTest(reason):
                ca = self.begin(("directory", EVERY, fault))
                self.no_word(self.both(), reason, "one.pem and 1 other")
                self.assertLessEqual(len(ca.requests), 2)

    def test_an_hour_of_silence(self):
        for where in "directory", "renewal-info":
            with self.subTest(where):
                ca = self.begin((where, EVERY, sleeps(3600)), renewal=SOON)
                self.no_word(self.both(), "the time allowed", "one.pem and 1 other")
                self.assertEqual(len(ca.asked(where)), 1)

    def test_less_patience(self):
        self.begin(("directory", EVERY, sleeps(3600)))
        began = time.monotonic()
        self.no_word(self.both("--timeout", "1"), "the time allowed", "one.pem and 1 other")
        self.assertLess(time.monotonic() - began, 8)

    def test_a_server_that_isn_t_trusted(self):
        self.begin(trusted="other-root")
        self.no_word(self.both(), "no trusted connection", "one.pem and 1 other")

    def test_one_certificate_that_the_ca_doesn_t_know(self):
        ca = self.begin(("renewal-info", 1, refuses("malformed", 404, "not one of ours")), renewal=(-2, -1))
        for name in "one.pem", "two.pem":
            (self.dir / name).write_text(renumbered(certificate(), ord(name[0])))
        result = self.run_tool("acme-renewal", "one.pem", "two.pem")
        self.assertEqual([d["reason"] for d in self.documents(result)], ["not-yet", "window"], result)
        self.assertEqual(result.status, 0)
        self.no_word(result, "not one of ours", "one.pem")
        self.assertEqual(len(ca.asked("renewal-info")), 2)


    def test_one_certificate_whose_url_is_too_long(self):
        """By its serial number, of which the other's is shorter."""
        short = self.run_tool(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key",
            "-days", "90", "-set_serial", "1", "-subj", "/CN=ca", "-addext", "subjectAltName=DNS:one.example",
            "-addext", "authorityKeyIdentifier=keyid:always").text
        most = 2048 - len("/" + certificate_id(short))
        over = {"suggestedWindow": {"start": rfc3339(-2 * DAY), "end": rfc3339(-DAY)}}
        ca = self.begin(("directory", EVERY, changed(lambda o: o.update(renewalInfo=f"{o['renewalInfo']}/".ljust(most, "x")))),
                        ("renewal-info", 1, says(200, over)), renewal=SOON)
        (self.dir / "one.pem").write_text(certificate())
        (self.dir / "two.pem").write_text(short)
        result = self.run_tool("acme-renewal", "one.pem", "two.pem")
        self.assertEqual([d["reason"] for d in self.documents(result)], ["not-yet", "window"], result)
        self.no_word(result, "a URL is too long", "one.pem")
        self.assertEqual(len(ca.asked("renewal-info")), 1)


class WithAKeyTest(RenewalTest):

    def test_a_private_key_beside_the_certificate(self):
        """As HAProxy has them: it is read past, wherever it stands."""
        self.begin(renewal=SOON)
        key = self.ok(self.run_tool("acme-key")).text
        (self.dir / "pass").write_text("a passphrase")
        # The form of OpenSSL before 1.0, with headers.
        hidden = self.openssl("ec", "-aes128", "-passout", "file:pass", stdin=key.encode()).text
        self.assertIn("Proc-Type", hidden)
        broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
        for pem in (certificate() + key, key + certificate(), certificate() + hidden, hidden + certificate(),
                    certificate() + broken):
            result = self.renewal(pem)
            self.assertEqual((result.status, result.err), (1, ""), result)
            self.assertEqual(self.documents(result)[0]["certID"], certificate_id(certificate()))
        self.fails(self.renewal(certificate() * 21 + key), 65, "more than 20 certificates")
        self.assertNotIn(key.splitlines()[1], self.fails(self.renewal(key), 65, "PRIVATE KEY").err)


class ManyTest(RenewalTest):

    def setup_method(self):
        self.names = [f"{number}.pem" for number in range(500)]
        for number, name in enumerate(self.names):
            (self.dir / name).write_text(renumbered(certificate(), number))

    def test_five_hundred_over_one_connection(self):
        ca = self.begin(renewal=SOON)
        result = self.run_tool("acme-renewal", *self.names)
        documents = self.documents(result)
        self.assertEqual((result.status, result.err), (1, ""), result)
        self.assertEqual([d["file"] for d in documents], self.names)
        self.assertEqual(len({d["certID"] for d in documents}), 500)
        self.assertEqual({r.connection for r in ca.requests}, {1})
        self.assertEqual((len(ca.asked("directory")), len(ca.asked("renewal-info")), len(ca.requests)), (1, 500, 501))
        self.assertEqual({r.method for r in ca.requests}, {"GET"})

    def test_side_by_side_where_the_ca_speaks_http_2(self):
        ca = self.begin(renewal=SOON)
        put_before(ca, self)
        self.env["ACME_DIRECTORY"] = ca.directory
        result = self.run_tool("acme-renewal", *self.names)
        self.assertEqual((result.status, result.err, len(self.documents(result))), (1, "", 500), result)
        self.assertEqual((len(ca.asked("directory")), len(ca.asked("renewal-info")), len(ca.requests)), (1, 500, 501))
        self.assertEqual([version for version, _ in connections(ca.requests)], ["HTTP/2.0"])

    def test_one_certificate_in_many_files_is_asked_for_once(self):
        ca = self.begin(renewal=SOON)
        for name in self.names[:50]:
            (self.dir / name).write_text(certificate())
        self.assertEqual(self.run_tool("acme-renewal", *self.names[:50]).status, 1)
        self.assertEqual(len(ca.asked("renewal-info")), 1)

    def test_a_ca_that_is_down_is_not_asked_for_each(self):
        for fault, most in [(says(500), 2), (html(200), 1), (dropped, 3)]:
            with self.subTest(most):
                ca = self.begin(("renewal-info", EVERY, fault), renewal=SOON)
                result = self.run_tool("acme-renewal", *self.names)
                self.assertEqual(len(self.documents(result)), 500)
                self.no_word(result, ".", "0.pem and 499 others")
                self.assertLessEqual(len(ca.asked("renewal-info")), most)


class WhichCATest(RenewalTest):
    """The option's, else the issuer's, else the variable's, else nobody's. A trace without answers tells who is asked."""

    def asks(self, organization, *argv):
        (self.dir / "trace").write_text(OTHER)
        request = self.run_tool("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                                "-nodes", "-keyout", "key", "-subj", f"/O={organization}/CN=R10 ECC", "-addext",
                                "subjectAltName=DNS:one.example")
        result = self.renewal(request.out, "--replay", "trace", *argv)
        if result.status != 65:
            self.assertEqual(result.err, "")
            return None
        return re.search(r"GET (\S+) \(the directory\)", result.err)[1]

    def test_the_issuer_s(self):
        self.env["ACME_DIRECTORY"] = "https://other.example/directory"
        for organization, url in [
                ("Let's Encrypt", "https://acme-v02.api.letsencrypt.org/directory"),
                ("(STAGING) Let's Encrypt", "https://acme-staging-v02.api.letsencrypt.org/directory"),
                ("Google Trust Services", "https://dv.acme-v02.api.pki.goog/directory"),
                ("ZeroSSL", "https://acme.zerossl.com/v2/DV90"), ("SSL Corp", "https://acme.ssl.com/sslcom-dv-ecc"),
                ("Actalis S.p.A.", "https://acme-api.actalis.com/acme/directory"),
                ("let's encrypt", "https://other.example/directory"), ("My own", "https://other.example/directory")]:
            with self.subTest(organization):
                self.assertEqual(self.asks(organization), url)

    def test_the_option_s(self):
        self.env["ACME_DIRECTORY"] = "https://other.example/directory"
        self.assertEqual(self.asks("Let's Encrypt", "--directory", "https://ca.example/x"), "https://ca.example/x")

    def test_nobody_s(self):
        self.assertEqual(self.asks("My own"), None)


class WitnessTest(RenewalTest):
    """--trace, --replay and --explain are here as everywhere."""

    def test_a_trace_is_played_again(self):
        ca = self.begin(("renewal-info", 2, says(500)), ("renewal-info", 3, refuses("malformed", 404, "not ours")),
                        renewal=(-2, -1))
        for number in range(3):
            (self.dir / f"{number}.pem").write_text(renumbered(certificate(), number))
        run = ["acme-renewal", "0.pem", "1.pem", "2.pem"]
        first = self.run_tool(*run, "--trace", "trace")
        heard = len(ca.requests)
        ca.stop()
        again = self.run_tool(*run, "--replay", "trace")
        self.assertEqual((again.status, again.text, again.err), (first.status, first.text, first.err))
        self.assertEqual(len(ca.requests), heard)
        lines = [json.loads(line) for line in (self.dir / "trace").read_text().splitlines()]
        self.assertEqual([line["purpose"] for line in lines], ["the directory"] + ["the renewal information"] * 4)
        self.assertEqual(lines[1]["section"], "RFC 9773, section 4.2")
        self.assertEqual([line["n"] for line in lines], [1, 2, 3, 4, 5])

    def test_what_is_not_in_the_trace(self):
        (self.dir / "trace").write_text(OTHER)
        self.begin()
        self.fails(self.renewal(certificate(), "--replay", "trace"), 65, "the trace trace has no answer to this")

    def test_the_lesson(self):
        self.begin(renewal=SOON)
        result = self.renewal(certificate(), "--explain")
        self.assertIn("RFC 9773", result.err)
        command = re.search(r"(?m)^acme-renewal:   \$ (.+)$", result.err)[1]
        digits = self.ok(self.run_tool("bash", "-c", command)).text.strip()
        window = self.documents(result)[0]
        start, end, moment = (seconds(text) for text in (
            window["window"]["start"], window["window"]["end"], window["renewAt"]))
        self.assertAlmostEqual((moment - start) / (end - start), int(digits, 16) / 2**32, places=3)

    def test_the_lesson_where_the_window_ends_after_the_certificate(self):
        self.begin(renewal=(DAY, 9 * DAY))
        pem = certificate(days=10, age=5)
        result = self.renewal(pem, "--explain")
        words = " ".join(result.err.replace("acme-renewal:", "").split())
        end = re.search(r"which counts up to the end of the certificate, (\S+):", words)[1]
        command = re.search(r"(?m)^acme-renewal:   \$ (.+)$", result.err)[1]
        digits = self.ok(self.run_tool("bash", "-c", command)).text.strip()
        document = self.documents(result)[0]
        start, end, moment = (seconds(text) for text in (document["window"]["start"], end, document["renewAt"]))
        self.assertAlmostEqual((moment - start) / (end - start), int(digits, 16) / 2**32, places=3)
