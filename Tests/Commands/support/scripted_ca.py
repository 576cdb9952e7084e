"""A small ACME server (RFC 8555) for tests, right in everything unless its script says otherwise.

    with ScriptedCA([("new-order", 1, refuses("rateLimited", 429))], webroot=folder) as ca:
        ...a client talks to ca.directory, trusting ca.bundle...
    assert ca.violations == []

A script is a list of (where, nth, fault). `where` is what is asked for, the first part of its path: directory,
new-nonce, new-account, account, orders, key-change, new-order, order, authorization, challenge, finalize, certificate,
renewal-info, revoke-cert. `nth` counts the requests there from 1, or is EVERY. A fault (see faults.py) gets the request
and `go`, which does what a right CA does and gives its answer; the answer that the fault gives back is the one that is
sent.

Every request is checked before its fault is played, and kept in `requests`; `violations` says what no right client
would have sent. http-01 is validated by looking into the web root's folder, so that no web server is needed, and the
challenges of DNS by looking into `zone`, a file with a line `NAME VALUE` for each TXT record.
"""

import base64
import functools
import hashlib
import hmac
import json
import pathlib
import re
import secrets
import threading

import issuer
import jose
from acme_objects import Account, Order, rfc3339
from web import Answer, Server

EVERY = None
URN = "urn:ietf:params:acme:error:"
JSON, PROBLEM, CHAIN = "application/json", "application/problem+json", "application/pem-certificate-chain"
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class Refused(Exception):
    """The CA says no; the one argument is the answer."""


def problem(kind, status, detail=None, headers=None, members=None):
    """An answer that is an ACME problem. A `kind` with a colon is a whole URI; a member that is None is left out."""
    body = {"type": kind if ":" in kind else URN + kind, "status": status, "detail": detail or f"the CA says {kind}"}
    body |= members or {}
    body = {name: value for name, value in body.items() if value is not None}
    return Answer(status, body, headers={"Content-Type": PROBLEM} | (headers or {}))


class ScriptedCA:
    """The CA. The keyword arguments are habits in which right CAs differ."""

    def __init__(self, script=(), *, webroot=None, pending_polls=0, processing_polls=0, reuse=(), terms=True, eab=None,
                 unproved=(), lenient=False, reversed=False, meta=None, certificate="here", hosts=(),
                 trusted="web-root", zone=None, drafts=None, renewal=None, orders_a_page=2):
        self.script, self.webroot = list(script), webroot
        self.pending_polls = pending_polls  # so many looks find an answered challenge still at work
        self.processing_polls = processing_polls  # and so many an order that is being issued
        self.reuse = set(reuse)  # names whose authorizations are valid from the start
        self.terms = terms  # there are terms to be agreed to
        self.eab = eab or {}  # key id → bytes; where there is one, each account needs one
        self.unproved = set(unproved)  # names that are never found proved
        self.lenient = lenient  # like Caddy: a wrong answer leaves authorization and order pending
        self.reversed = reversed  # names and authorizations come in another order than they were asked in
        self.zone = zone and pathlib.Path(zone)
        self.orders_a_page = orders_a_page  # of an account's list of orders
        self.revoked = {}  # a certificate's DER → the reason that was given
        self.drafts = drafts or {}  # challenge types beside those of RFC 8555 → what more stands in such a challenge
        self.renewal = renewal  # the window in which it wants each certificate renewed, in seconds from now
        self.meta, self.certificate = meta or {}, certificate
        self.hosts = ["127.0.0.1", *hosts]  # under which it may be asked
        self.issuer = issuer.issuer()
        self.bundle = self.issuer.path(f"{trusted}.pem")
        self.requests, self.violations, self.counts = [], [], {}
        self.nonces, self.accounts, self.orders, self.authorizations = set(), {}, {}, {}
        self.lock = threading.RLock()
        self.server = None

    def __enter__(self):
        files = [self.issuer.path(f"{self.certificate}.{end}") for end in ("pem", "key")]
        self.server = Server(*files, self.answer, lambda e: self.violations.append(f"this CA itself failed: {e!r}"))
        self.stand_at(self.server.port)
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """From now on the port refuses."""
        if not self.server.stopped.is_set():
            self.server.stop()

    def stand_at(self, port):
        """From now on this is the port at which it is asked: its own, or that of a server before it."""
        self.port, self.base = port, f"https://127.0.0.1:{port}"
        self.directory = self.url("directory")

    def url(self, *parts):
        return "/".join([self.base, *map(str, parts)])

    def asked(self, where):
        """The requests to `where`, in their order."""
        return [r for r in self.requests if r.where == where]

    def account_document(self, jwk, **changes):
        """The document that acme-register would write of `jwk`'s account, which is opened if it has none yet."""
        account = self.open_account(jwk, [])
        document = {"format": "acme-account/1", "directory": self.directory, "url": account.url, "jwk": jwk,
                    "thumbprint": jose.thumbprint(jwk), "account": account.json(),
                    "endpoints": self.serve_directory(None).json, "endpointsAt": rfc3339()} | changes
        return json.dumps(document, sort_keys=True, separators=(",", ":")) + "\n"

    # From a request to an answer.

    def answer(self, request):
        """Checks the request, plays its faults if the script has any, and else does what is asked."""
        with self.lock:
            self.requests.append(request)
            nth = self.counts[request.where] = self.counts.get(request.where, 0) + 1
        run = functools.partial(self.go, request)
        try:
            self.check(request)
        except Refused as refusal:
            return self.finished(request, refusal.args[0])
        for where, n, fault in self.script:
            if where == request.where and n in (EVERY, nth):
                run = functools.partial(fault, request, run)
        return self.finished(request, run())

    def go(self, request):
        serve = getattr(self, "serve_" + request.where.replace("-", "_"), None)
        with self.lock:
            try:
                return serve(request) if serve else problem("malformed", 404, "no such thing here")
            except Refused as refusal:
                return refusal.args[0]

    def finished(self, request, answer):
        """The headers that every answer has, unless the answer says otherwise."""
        headers = {"Content-Type": JSON, "Link": f'<{self.directory}>;rel="index"'}
        if request.method == "POST" or request.where == "new-nonce":
            headers["Replay-Nonce"] = self.new_nonce()
        answer.headers = headers | answer.headers
        return answer

    def new_nonce(self):
        nonce = secrets.token_urlsafe(12)
        with self.lock:
            self.nonces.add(nonce)
        return nonce

    # What can be said of a request before it is known what it asks for (RFC 8555, 6.1 to 6.5).

    def wrong(self, request, text, kind="malformed", status=400):
        """Notes what no right client would send, and refuses it."""
        text = f"request {request.number}, {request.method} {request.path}: {text}"
        self.violations.append(text)
        raise Refused(problem(kind, status, text))

    def check(self, request):
        for header in ("User-Agent", "Accept-Language"):
            if not request.headers.get(header):
                self.wrong(request, f"no {header}")
        if request.headers.get("Host") not in [f"{host}:{self.port}" for host in self.hosts]:
            self.wrong(request, f"sent to {request.headers.get('Host')}")
        if request.method in ("GET", "HEAD"):
            if request.where not in ("directory", "new-nonce", "renewal-info"):
                self.wrong(request, "this isn't had without a signature", status=405)
            return
        if request.method != "POST":
            self.wrong(request, "the method", status=405)
        if request.headers.get("Content-Type") != "application/jose+json":
            self.wrong(request, f"content type {request.headers.get('Content-Type')}", status=415)
        try:
            jws = json.loads(request.body, object_pairs_hook=unique)
            request.header = json.loads(jose.unb64(jws["protected"]), object_pairs_hook=unique)
            payload = jose.unb64(jws["payload"])
            request.payload = json.loads(payload, object_pairs_hook=unique) if payload else ""
            signature = jose.unb64(jws["signature"])
        except (ValueError, TypeError, KeyError) as error:
            self.wrong(request, f"not a JWS: {error!r}")
        if sorted(jws) != ["payload", "protected", "signature"]:
            self.wrong(request, f"the JWS holds {sorted(jws)}")
        self.check_header(request)
        jwk = request.header.get("jwk") or request.account.jwk
        signed = f"{jws['protected']}.{jws['payload']}".encode()
        if not jose.verified(request.header.get("alg"), jwk, signed, signature):
            self.wrong(request, "the signature is wrong")
        if request.account and request.account.status != "valid":
            raise Refused(problem("unauthorized", 401, f"the account is {request.account.status}"))

    def check_header(self, request):
        header, key = request.header, "jwk" if request.where == "new-account" else "kid"
        if request.where == "revoke-cert" and "jwk" in header:
            key = "jwk"
        if sorted(header) != sorted(["alg", "nonce", "url", key]):
            self.wrong(request, f"the protected header holds {sorted(header)}")
        if header["url"] != f"https://{request.headers['Host']}{request.path}":
            self.wrong(request, f"signed for {header['url']}")
        if key == "jwk" and set(header["jwk"]) & PRIVATE_MEMBERS:
            self.wrong(request, "a private key in the header")
        with self.lock:
            if header["nonce"] not in self.nonces:
                self.wrong(request, f"the nonce {header['nonce']!r} is used up or unknown", "badNonce")
            self.nonces.remove(header["nonce"])
        request.account = self.accounts.get(header.get("kid"))
        if key == "kid" and not request.account:
            raise Refused(problem("accountDoesNotExist", 400, f"there is no account {header['kid']}"))

    def as_get(self, request):
        if request.payload != "":
            self.wrong(request, f"fetched with the payload {request.payload!r}")

    # What is asked for (RFC 8555, 7).

    def serve_directory(self, _):
        meta = {"website": "https://ca.example/"} | ({"termsOfService": self.url("terms")} if self.terms else {})
        meta |= {"externalAccountRequired": True} if self.eab else {}
        names = {"newNonce": "new-nonce", "newAccount": "new-account", "newOrder": "new-order",
                 "revokeCert": "revoke-cert", "keyChange": "key-change"}
        names |= {"renewalInfo": "renewal-info"} if self.renewal else {}
        return Answer(json={name: self.url(path) for name, path in names.items()} | {
            "a2V5LXRoYXQtbm9ib2R5LWtub3dz": "https://ca.example/a-key-that-nobody-knows", "meta": meta | self.meta})

    def serve_new_nonce(self, request):
        return Answer(200 if request.method == "HEAD" else 204, headers={"Cache-Control": "no-store"})

    def serve_renewal_info(self, request):
        """RFC 9773, 4.2."""
        if not re.fullmatch(r"[\w-]+\.[\w-]+", request.rest):
            self.wrong(request, "not a certificate's id")
        start, end = map(rfc3339, self.renewal)
        return Answer(json={"suggestedWindow": {"start": start, "end": end}}, headers={"Retry-After": "3600"})

    def serve_new_account(self, request):
        jwk, payload = request.header["jwk"], request.payload
        if any(account.jwk == jwk for account in self.accounts.values()):
            account = self.open_account(jwk, [])
            return Answer(200, account.json(), headers={"Location": account.url})
        if payload.get("onlyReturnExisting"):
            return problem("accountDoesNotExist", 400, "no account has this key")
        if self.terms and payload.get("termsOfServiceAgreed") is not True:
            return problem("userActionRequired", 403, "agree to the terms", None, {"instance": self.url("terms")})
        if self.eab:
            self.check_binding(request)
        account = self.open_account(jwk, payload.get("contact", []))
        return Answer(201, account.json(), headers={"Location": account.url})

    def check_binding(self, request):
        """RFC 8555, 7.3.4."""
        inner = request.payload.get("externalAccountBinding")
        if inner is None:
            raise Refused(problem("externalAccountRequired", 403, "an account needs a binding"))
        header = json.loads(jose.unb64(inner["protected"]))
        if (sorted(inner), sorted(header)) != (["payload", "protected", "signature"], ["alg", "kid", "url"]):
            self.wrong(request, "the binding's members")
        if header["url"] != request.header["url"] or json.loads(jose.unb64(inner["payload"])) != request.header["jwk"]:
            self.wrong(request, "the binding is for another URL or key")
        digest = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[header["alg"]]
        signed = f"{inner['protected']}.{inner['payload']}".encode()
        mac = hmac.new(self.eab.get(header["kid"], b"unknown"), signed, digest)
        if jose.b64(mac.digest()) != inner["signature"]:
            raise Refused(problem("unauthorized", 403, "the binding's MAC is wrong"))

    def open_account(self, jwk, contact):
        for account in self.accounts.values():
            if account.jwk == jwk:
                return account
        account = Account(self.url("account", len(self.accounts) + 1), jwk, contact)
        self.accounts[account.url] = account
        return account

    def serve_account(self, request):
        account = request.account
        if account.url != self.url("account", request.rest):
            raise Refused(problem("unauthorized", 403, "that is another's account"))
        for member, value in (request.payload or {}).items():
            if member == "contact":
                account.contact = value
            elif (member, value) == ("status", "deactivated"):
                account.status = value
            elif member != "termsOfServiceAgreed":
                self.wrong(request, f"an update of {member}")
        return Answer(json=account.json())

    def serve_orders(self, request):
        """RFC 8555, 7.1.2.1: a page of the list."""
        self.as_get(request)
        page = int(request.rest.partition("/")[2] or 0)
        urls = [order.url for order in self.orders.values() if order.account is request.account]
        start = page * self.orders_a_page
        more = start + self.orders_a_page < len(urls)
        links = f'<{self.directory}>;rel="index"' + (
            f', <{self.url("orders", request.rest.partition("/")[0], page + 1)}>;rel="next"' if more else "")
        return Answer(json={"orders": urls[start:start + self.orders_a_page]}, headers={"Link": links})

    def serve_key_change(self, request):
        """RFC 8555, 7.3.5."""
        inner = request.payload
        header, payload = (json.loads(jose.unb64(inner[part])) for part in ("protected", "payload"))
        if (sorted(inner), sorted(header)) != (["payload", "protected", "signature"], ["alg", "jwk", "url"]):
            self.wrong(request, "the inner JWS's members")
        signed = f"{inner['protected']}.{inner['payload']}".encode()
        new = header["jwk"]
        if set(new) & PRIVATE_MEMBERS or not jose.verified(header["alg"], new, signed, jose.unb64(inner["signature"])):
            self.wrong(request, "the inner JWS's signature")
        if header["url"] != request.header["url"]:
            self.wrong(request, "the inner JWS is for another URL")
        if payload != {"account": request.account.url, "oldKey": request.account.jwk}:
            self.wrong(request, f"the inner JWS says {payload}")
        if owner := next((own for own in self.accounts.values() if own.jwk == new), None):
            raise Refused(problem("malformed", 409, "that key has an account", {"Location": owner.url}))
        request.account.jwk = new
        return Answer(json=request.account.json())

    def serve_revoke_cert(self, request):
        """RFC 8555, 7.6."""
        der = jose.unb64(request.payload["certificate"])
        if not set(request.payload) <= {"certificate", "reason"}:
            self.wrong(request, f"a revocation with {sorted(request.payload)}")
        order = next((order for order in self.orders.values() if order.chain and issuer.der(order.chain) == der), None)
        if order is None:
            raise Refused(problem("malformed", 404, "no such certificate was issued here"))
        if request.account is None:
            jwk = request.header["jwk"]
            if b"\x04" + jose.unb64(jwk["x"]) + jose.unb64(jwk["y"]) not in der:
                raise Refused(problem("unauthorized", 403, "that is not the certificate's key"))
        elif order.account is not request.account and not self.proved_by(request.account) >= set(order.identifiers):
            raise Refused(problem("unauthorized", 403, "another account has ordered it"))
        if der in self.revoked:
            raise Refused(problem("alreadyRevoked", 400, "it was revoked before"))
        if request.payload.get("reason", 0) not in (0, 1, 3, 4, 5):
            raise Refused(problem("badRevocationReason", 400, "reason 0, 1, 3, 4 or 5, please"))
        self.revoked[der] = request.payload.get("reason")
        return Answer()

    def serve_new_order(self, request):
        wanted = [(i["type"], i["value"]) for i in request.payload["identifiers"]]
        if not wanted or len(set(wanted)) != len(wanted):
            self.wrong(request, f"an order for {wanted}")
        if "replaces" in request.payload and not self.renewal:
            self.wrong(request, "replaces, which this CA has never heard of")
        order = Order(self, self.url("order", len(self.orders) + 1), request.account, wanted, request.payload)
        self.orders[order.url] = order
        self.authorizations |= {a.url: a for a in order.authorizations}
        return Answer(201, order.json(), headers={"Location": order.url})

    def found(self, request, things, url):
        """The thing at `url`, if it belongs to the account that asks."""
        thing = things.get(url)
        if thing is None or thing.account is not request.account:
            raise Refused(problem("malformed", 404, f"nothing at {url}"))
        return thing

    def order_of(self, request):
        return self.found(request, self.orders, self.url("order", request.rest))

    def serve_order(self, request):
        self.as_get(request)
        order = self.order_of(request)
        order.step()
        return Answer(json=order.json())

    def serve_authorization(self, request):
        authorization = self.found(request, self.authorizations, self.url("authorization", request.rest))
        if request.payload == {"status": "deactivated"}:
            authorization.status = "deactivated"
        else:
            self.as_get(request)
            authorization.step()
        return Answer(json=authorization.json())

    def serve_challenge(self, request):
        url, kind = request.rest.rsplit("/", 1)
        authorization = self.found(request, self.authorizations, self.url("authorization", url))
        if request.payload != {}:
            self.wrong(request, f"a challenge answered with {request.payload!r}")
        if authorization.status != "pending" or authorization.answered:
            self.wrong(request, "a challenge answered that isn't pending any more")
        authorization.answer(kind)
        return Answer(json=authorization.challenge(kind), headers={"Link": f'<{authorization.url}>;rel="up"'})

    def serve_finalize(self, request):
        order = self.order_of(request)
        if order.status() != "ready":
            return problem("orderNotReady", 403, f"the order is {order.status()}")
        csr = jose.unb64(request.payload["csr"])
        if list(request.payload) != ["csr"] or issuer.names_in(csr) != sorted(order.identifiers):
            self.wrong(request, "the request's names are not the order's", "badCSR")
        order.finalize(csr)
        return Answer(json=order.json(), headers={"Location": order.url})

    def serve_certificate(self, request):
        self.as_get(request)
        chain = self.order_of(request).chain
        if chain is None:
            return problem("malformed", 404, "no such certificate")
        return Answer(body=chain.encode(), headers={"Content-Type": CHAIN})

    def proved(self, name, token, account):
        """Is the right text in the web root? The http-01 of RFC 8555, 8.3, without the network between."""
        file = pathlib.Path(self.webroot, ".well-known/acme-challenge", token)
        right = file.is_file() and file.read_text().rstrip() == f"{token}.{jose.thumbprint(account.jwk)}"
        return right and name not in self.unproved


    def proved_by(self, account):
        """The names that it has proved."""
        return {(a.kind, a.name) for a in self.authorizations.values() if a.account is account and a.status == "valid"}

    def shown_by_dns(self, authorization):
        """Is the right record in the zone?"""
        kind, name = authorization.answered, authorization.name.removeprefix("*.")
        lines = self.zone.read_text().splitlines() if self.zone and self.zone.exists() else []
        if kind == "dns-persist-01":
            shown = [line.split(" ", 1)[1] for line in lines if line.startswith(f"_validation-persist.{name} ")]
            return any(self.stands(authorization, value) for value in shown)
        token, account = authorization.tokens[kind], authorization.account
        label = {"dns-account-01": account_label(account.url) + "._acme-challenge"}.get(kind, "_acme-challenge")
        digest = jose.b64(hashlib.sha256(f"{token}.{jose.thumbprint(account.jwk)}".encode()).digest())
        return f"{label}.{name} {digest}" in lines

    def stands(self, authorization, value):
        """draft-ietf-acme-dns-persist, in the three spellings that there are."""
        issuer, *parameters = [part.strip() for part in value.split(";")]
        parameters = dict(parameter.split("=", 1) for parameter in parameters)
        challenge, account = self.drafts["dns-persist-01"], authorization.account
        expected = challenge.get("accounturi", account.url)
        if "accountHashPrefix" in self.meta and "issuerDomainNames" in challenge:
            name = authorization.name.removeprefix("*.").encode()
            hashed = bytes([len(name)]) + name + (jose.thumbprint(account.jwk) + account.url).encode()
            expected = self.meta["accountHashPrefix"] + "sha-256/" + jose.b64(hashlib.sha256(hashed).digest())
        issuers = challenge.get("issuerDomainNames") or challenge["issuer-domain-names"]
        wide = parameters.get("policy") == "wildcard" or not authorization.wildcard
        return issuer in issuers and parameters["accounturi"] == expected and wide


def account_label(url):
    """draft-ietf-acme-dns-account-label."""
    return "_" + base64.b32encode(hashlib.sha256(url.encode()).digest()[:10]).decode().lower()


def unique(pairs):
    """For json.loads: a doubled member is an error (RFC 7515, 4)."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a doubled member")
    return dict(pairs)
