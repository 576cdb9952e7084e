"""Authoritative name servers that are odd in one way or another, at port 53 of their addresses.

    odd_nameservers.py RECORDS ADDRESS=ODDITY...

RECORDS is a file with a line `NAME TYPE VALUE` for each record; it is read anew for each question. A zone begins where
NS records are.
"""

import pathlib
import sys
import threading

import dns_messages
from dns_messages import AUTHORITATIVE, NOTIMP, NXDOMAIN, REFUSED, RESPONSE, TXT, NameServer, name, record, texts

TYPES = {"NS": dns_messages.NS, "TXT": TXT}
OURS = RESPONSE | AUTHORITATIVE


class Records:

    def __init__(self, file):
        self.file = file

    def all(self):
        return [line.split(" ", 2) for line in self.file.read_text().splitlines()]

    def at(self, query):
        return [record(owner, query.kind, texts(value) if kind == "TXT" else name(value))
                for owner, kind, value in self.all() if owner == query.name.lower() and TYPES[kind] == query.kind]

    def denied(self, query):
        """The code for what isn't there, and the zone's SOA."""
        owners = {owner for owner, *_ in self.all()}
        zone = max((o for o, kind, _ in self.all() if kind == "NS" and f".{query.name}".endswith(f".{o}")), key=len)
        soa = record(zone, dns_messages.SOA, name("ns.example.org") + name("mail.example.org") + bytes(20))
        return 0 if any(f".{o}".endswith(f".{query.name}") for o in owners) else NXDOMAIN, soa


def right(query, records):
    found = records.at(query)
    code, soa = (0, None) if found else records.denied(query)
    return query.answer(*found, flags=OURS, code=code, authority=[soa] if soa else ())


def texts_alone(query, records):
    """It knows nothing but TXT records."""
    return right(query, records) if query.kind == TXT else query.answer(code=NOTIMP)


def refusing(query, records):
    return query.answer(code=REFUSED)


def upwards(query, records):
    """It doesn't have the zone, and refers to the root."""
    return query.answer(authority=[record("", dns_messages.NS, name("root"))])


def bare(query, records):
    """It names no zone with what it lacks, and knows no name below which there are others alone."""
    found = records.at(query)
    return query.answer(*found, flags=OURS, code=0 if found else NXDOMAIN)


def main(file, *servers):
    records = Records(pathlib.Path(file))
    for server in servers:
        address, oddity = server.split("=")
        say = {"right": right, "few": texts_alone, "refusing": refusing, "up": upwards, "bare": bare}[oddity]
        NameServer(lambda query, say=say: [say(query, records)], address, port=53)
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
