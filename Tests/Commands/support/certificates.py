"""Certificates at any point of their lives, by the shared issuer."""

import base64
import datetime
import functools
import re

from issuer import certificates, issuer, openssl

DAY = 86400


@functools.cache
def certificate(days=90, age=0, names=("one.example",)):
    """A certificate (PEM) that is valid for so many days, `age` of which are over."""
    return issuer().leaf(issuer().request(list(names)), days=days, days_from_now=-age)


def lasting(seconds, age):
    """A certificate that is valid for so many seconds, `age` of which are over. Its signature is no longer right, which
    nobody here looks at."""
    der = as_der(certificate())
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=age)
    times = [f"{time:%y%m%d%H%M%S}Z".encode() for time in (start, start + datetime.timedelta(seconds=seconds))]
    place = der.index(b"\x17\x0d")  # a UTCTime, and another behind it
    return as_pem(der[:place + 2] + times[0] + der[place + 15:place + 17] + times[1] + der[place + 30:])


def renumbered(pem, number):
    """The same certificate with another serial number; of its signature the same is true."""
    der = as_der(pem)
    place = der.index(b"\xa0\x03\x02\x01\x02\x02") + 5  # the version, and the serial's tag
    length = der[place + 1]
    return as_pem(der[:place + 2] + b"\x01" + number.to_bytes(length - 1) + der[place + 2 + length:])


def as_der(pem):
    return base64.b64decode("".join(certificates(pem)[0].splitlines()[1:-1]))


def as_pem(der):
    body = base64.encodebytes(der).decode().replace("\n", "")
    return "\n".join(["-----BEGIN CERTIFICATE-----", *re.findall(".{1,64}", body), "-----END CERTIFICATE-----", ""])


def certificate_id(pem):
    """RFC 9773, 4.1, by way of what OpenSSL prints."""
    text = openssl("x509", "-noout", "-ext", "authorityKeyIdentifier", "-serial", stdin=pem.encode()).decode()
    key = bytes.fromhex(re.search(r"(?:[0-9A-F]{2}:){19}[0-9A-F]{2}", text)[0].replace(":", ""))
    serial = bytes.fromhex(re.search("serial=([0-9A-F]+)", text)[1])
    serial = b"\0" + serial if serial[0] > 0x7F else serial
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (key, serial))
