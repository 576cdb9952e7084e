"""What a name server may say to --dns-wait and --dns-follow: only an answer to the question counts, whatever it sends."""

import dataclasses
import shutil
import struct

from dns_messages import (CHAOS, CNAME, FORMERR, IN, NOTIMP, NXDOMAIN, REFUSED, RESPONSE, SERVFAIL, TRUNCATED, TXT,
                          NameServer, name, options, record, texts)
from journey import kit
from scripted_ca import ScriptedCA
from tables import TableTest

NAME = "_acme-challenge.one.example"
HOOK = '#!/bin/sh\n[ "$1" != present ] || printf "%s %s" "$ACME_DNS_NAME" "$ACME_DNS_VALUE" >>published\n'


@dataclasses.dataclass
class Row:
    """`say(query, value)` gives the answers to the question for the record, where `value` is what was published."""

    name: str
    say: object
    status: int
    message: str = ""
    options: str = "--dns-wait 1"
    to: int | None = TXT  # the question that is answered so, or None for any; the others are answered with nothing
    host: str = "127.0.0.1"
    by_tcp: bool = True


def seen(name, say, **more):
    """The CA is told, and finds nothing, as this one never does by DNS."""
    return Row(name, say, 77, "could not validate", **more)


def unseen(name, say, message="doesn't answer|doesn't show", **more):
    return Row(name, say, 75, message, **more)


def txt(value, owner=NAME):
    return record(owner, TXT, texts(value))


def at(offset):
    """A name that is said to stand elsewhere in the message."""
    return struct.pack(">H", 0xC000 | offset)


def framed(message):
    return struct.pack(">H", len(message)) + message


def by_stream(answer):
    """Too long for a datagram; by TCP `answer(query, value)` is sent."""
    return lambda q, v: answer(q, v) if q.stream else [q.answer(flags=RESPONSE | TRUNCATED)]


def without_edns(refuse):
    """A server that answers right to who asks it as in 1987."""
    return lambda q, v: [q.answer(txt(v))] if q.payload is None else refuse(q)


def with_options(query, *records, code=0, upper_code=0):
    return query.answer(*records, code=code, authority=[options(upper_code)], counts=(1, len(records), 0, 1))


def long_answer(query, value):
    """More than 512 octets, cut where the question doesn't allow that."""
    records = [txt("x" * 250), txt("y" * 250), txt(value)]
    return query.answer(*records) if query.payload else query.answer(flags=RESPONSE | TRUNCATED)


def aliases(query, *owners):
    return [record(a, CNAME, name(b)) for a, b in zip(owners, owners[1:])]


class AnswersTest(TableTest):

    table = [
        seen("the record", lambda q, v: [q.answer(txt(v))]),
        seen("among others", lambda q, v: [q.answer(txt("x"), txt(v), record(NAME, 99, texts("y")), txt(""))]),
        seen("in two strings", lambda q, v: [q.answer(record(NAME, TXT, texts(v[:7], "", v[7:])))]),
        seen("in capitals", lambda q, v: [q.answer(txt(v, NAME.upper()))]),
        seen("a compressed owner", lambda q, v: [q.answer(txt(v, at(12)))]),
        seen("at the end of an alias", lambda q, v: [q.answer(*aliases(q, NAME, "a.example"), txt(v, "a.example"))]),
        seen("after a guess", lambda q, v: [q.answer(txt("no"), id=q.id ^ 1), b"", q.answer(txt(v))]),
        seen("by TCP", by_stream(lambda q, v: [framed(q.answer(txt(v)))])),
        seen("by TCP and IPv6", by_stream(lambda q, v: [framed(q.answer(txt(v)))]), host="::1"),
        seen("by TCP, octet by octet", by_stream(lambda q, v: [bytes([o]) for o in framed(q.answer(txt(v)))])),

        seen("cut in the middle of a record, and by TCP", lambda q, v: [
            framed(q.answer(txt(v))) if q.stream else q.answer(txt(v), flags=RESPONSE | TRUNCATED)[:-5]]),
        seen("more than 512 octets", lambda q, v: [long_answer(q, v)], by_tcp=False),
        seen("by a server that knows EDNS", lambda q, v: [with_options(q, txt(v))]),
        seen("by one that does not: FORMERR", without_edns(lambda q: [q.answer(code=FORMERR)])),
        seen("FORMERR without a question", without_edns(lambda q: [q.answer(code=FORMERR, question=b"")])),
        seen("FORMERR with what was sent", without_edns(lambda q: [with_options(q, code=FORMERR)])),
        seen("NOTIMP", without_edns(lambda q: [q.answer(code=NOTIMP)])),
        seen("SERVFAIL", without_edns(lambda q: [q.answer(code=SERVFAIL)])),
        seen("REFUSED", without_edns(lambda q: [q.answer(code=REFUSED)])),
        seen("BADVERS", without_edns(lambda q: [with_options(q, upper_code=1)])),
        seen("nothing at all", without_edns(lambda q: []), options="--dns-wait 8"),
        seen("an error about aliases", lambda q, v: [
            q.answer(code=NOTIMP) if q.kind == CNAME else q.answer(txt(v))], to=None),

        unseen("nothing", lambda q, v: []),
        unseen("an empty datagram", lambda q, v: [b""]),
        unseen("one octet", lambda q, v: [b"\0"]),
        unseen("half a header", lambda q, v: [q.answer(txt(v))[:11]]),
        unseen("a header alone", lambda q, v: [q.answer(txt(v))[:12]]),
        unseen("half an answer", lambda q, v: [q.answer(txt(v))[:-5]]),
        unseen("noise", lambda q, v: [q.message[:2] + b"\x80" + b"\xff" * 60000]),
        unseen("another number", lambda q, v: [q.answer(txt(v), id=q.id ^ 0x100)]),
        unseen("another question", lambda q, v: [q.answer(txt(v), question=name("two.example") + q.question[-4:])]),
        unseen("another type", lambda q, v: [q.answer(txt(v), question=q.question[:-4] + struct.pack(">HH", 99, IN))]),
        unseen("another class", lambda q, v: [q.answer(txt(v), question=q.question[:-2] + struct.pack(">H", CHAOS))]),
        unseen("no question", lambda q, v: [q.answer(txt(v), question=b"")]),
        unseen("two questions", lambda q, v: [q.answer(txt(v), question=q.question * 2, counts=(2, 1, 0, 0))]),
        unseen("a question itself", lambda q, v: [q.answer(txt(v), flags=0)]),
        unseen("a notification", lambda q, v: [q.answer(txt(v), flags=RESPONSE | 0x2000)]),
        unseen("more records than there are", lambda q, v: [q.answer(txt(v), counts=(1, 65535, 0, 0))]),
        unseen("a string longer than its record", lambda q, v: [q.answer(record(NAME, TXT, b"\xff" + v.encode()))]),
        unseen("a record longer than its message", lambda q, v: [q.answer(record(NAME, TXT, texts(v), length=999))]),
        unseen("an owner that is itself", lambda q, v: [q.answer(txt(v, at(12 + len(q.question))))]),
        unseen("an owner that is yet to come", lambda q, v: [q.answer(txt(v, at(0x3FFF)))]),
        unseen("owners in a circle", lambda q, v: [q.answer(txt(v, b"\1a" + at(12 + len(q.question))))]),
        unseen("a label too long", lambda q, v: [q.answer(txt(v, b"\x7f" + b"a" * 127 + b"\0"))]),

        unseen("another owner", lambda q, v: [q.answer(txt(v, "one.example"))]),
        unseen("another class of record", lambda q, v: [q.answer(record(NAME, TXT, texts(v), group=CHAOS))]),
        unseen("another type of record", lambda q, v: [q.answer(record(NAME, 99, texts(v)))]),
        unseen("in another section", lambda q, v: [q.answer(authority=[txt(v)])]),
        unseen("a longer value", lambda q, v: [q.answer(txt(v + " "))]),
        unseen("a shorter value", lambda q, v: [q.answer(txt(v[:-1]))]),
        unseen("the value in capitals", lambda q, v: [q.answer(txt(v.upper()))]),
        unseen("aliases in a circle", lambda q, v: [q.answer(*aliases(q, NAME, "a.example", NAME), txt(v, "b.example"))]),
        unseen("no such name", lambda q, v: [q.answer(code=NXDOMAIN)], "doesn't show"),
        unseen("a server that failed", lambda q, v: [q.answer(code=SERVFAIL)], "answers SERVFAIL"),
        unseen("a refusal", lambda q, v: [q.answer(txt(v), code=REFUSED)], "answers REFUSED"),
        unseen("a question that can't be read", lambda q, v: [q.answer(code=FORMERR)], "answers FORMERR"),
        unseen("a failure, and EDNS", lambda q, v: [with_options(q, code=SERVFAIL)], "answers SERVFAIL"),
        unseen("a failure without its question", lambda q, v: [q.answer(code=SERVFAIL, question=b"")], "answers SERVFAIL"),
        unseen("a denial without its question", lambda q, v: [q.answer(code=NXDOMAIN, question=b"")], "doesn't answer"),
        unseen("a question that isn't known", lambda q, v: [q.answer(code=NOTIMP)], "answers NOTIMP"),
        unseen("another version of EDNS", lambda q, v: [with_options(q, upper_code=1)], "answers BADVERS"),
        unseen("another error", lambda q, v: [q.answer(code=11)], "answers with the error 11"),

        unseen("TCP that is refused", by_stream(None), "truncates its answer and refuses TCP for _acme-", by_tcp=False),
        unseen("TCP that is closed", by_stream(lambda q, v: [])),
        unseen("TCP that ends too early", by_stream(lambda q, v: [framed(q.answer(txt(v)))[:-1]])),
        unseen("too long for TCP as well", by_stream(lambda q, v: [framed(q.answer(flags=RESPONSE | TRUNCATED))])),
        unseen("TCP with noise", by_stream(lambda q, v: [b"\0\3abc"])),
        unseen("TCP with nothing", by_stream(lambda q, v: [b"\0\0"])),

        unseen("no answer about aliases", lambda q, v: [], to=CNAME),
        unseen("an error about aliases, and no record", lambda q, v: [q.answer(code=SERVFAIL)],
               r"doesn't show _acme-challenge.one.example; 127\.0\.0\.1:\d+ answers SERVFAIL for the CNAME records of _",
               to=CNAME),
        Row("an error about aliases that are followed", lambda q, v: [q.answer(code=NOTIMP)], 75,
            r"says whether a CNAME stands at _acme-challenge.one.example; 127\.0\.0\.1:\d+ answers NOTIMP for the CNAME",
            options="--dns-follow", to=CNAME),
        unseen("noise about aliases", lambda q, v: [q.message], to=CNAME),
        unseen("an alias in a circle of octets", lambda q, v: [q.answer(
            record(NAME, CNAME, at(12 + len(q.question) + len(name(NAME)) + 10)))], to=CNAME),
        Row("an alias of itself", lambda q, v: [q.answer(*aliases(q, NAME, NAME))], 78, "in a circle", to=CNAME),
        Row("an alias of an odd name", lambda q, v: [q.answer(*aliases(q, NAME, "$(id) \x1b[31m.example"))], 78,
            r"can't be used: .*\\\$\\\(id", to=CNAME, options="--dns-follow"),
        Row("an alias that is an option", lambda q, v: [q.answer(*aliases(q, NAME, "--help.example"))], 78,
            "begins with a hyphen", to=CNAME, options="--dns-follow"),
        Row("an alias of the root", lambda q, v: [q.answer(*aliases(q, NAME, ""))], 78, "can't be used", to=CNAME,
            options="--dns-follow"),
        Row("an endless alias", lambda q, v: [q.answer(*aliases(q, q.name, "x" + q.name))], 78, "more than 10", to=CNAME,
            options="--dns-follow"),
    ]

    def check(self, row):
        for part in ("account", "site"):
            shutil.copy(kit().folder / f"{part}.key", self.dir)
        (self.dir / "hook").write_text(HOOK)
        (self.dir / "hook").chmod(0o755)
        with ScriptedCA() as ca, NameServer(lambda query: self.say(row, query), row.host,
                                                          row.by_tcp) as server:
            (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
            self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key", "ACME_CA_BUNDLE": ca.bundle}
            result = self.run_tool(
                "acme-challenge", "--hook", "./hook", "--resolver", server.address, *row.options.split(), "-o", "out.json",
                stdin=kit().request(("one.example",)))
            self.fails(result, row.status, row.message)
            self.assertNotIn("\x1b", result.err)
            self.assertEqual(len(ca.asked("challenge")), 1 if row.status == 77 else 0)
            self.assertEqual(ca.violations, [])
            self.assertTrue(all(query.is_recursive for query in server.queries))

    def say(self, row, query):
        if row.to not in (None, query.kind):
            return [query.answer()]
        published = self.dir / "published"
        return row.say(query, published.read_text().split()[1] if published.exists() else "")
