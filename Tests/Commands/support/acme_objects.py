"""What a CA keeps: accounts, orders and authorizations (RFC 8555, 7.1), and how they go from state to state."""

import dataclasses
import datetime
import secrets


def rfc3339(seconds=0):
    """The time so many seconds from now, in UTC with whole seconds."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclasses.dataclass(eq=False)
class Account:
    url: str
    jwk: dict
    contact: list
    status: str = "valid"

    def json(self):
        return {"status": self.status, "contact": self.contact, "orders": self.url.replace("/account/", "/orders/")}


class Authorization:
    """One name to be proved. It is settled when its challenge was answered and looked at often enough."""

    def __init__(self, ca, url, account, kind, name, expires):
        self.ca, self.url, self.account, self.kind, self.name, self.expires = ca, url, account, kind, name, expires
        self.wildcard = name.startswith("*.")
        self.status = "valid" if name in ca.reuse else "pending"
        self.answered, self.polls, self.error = None, 0, None
        self.tokens = {kind: secrets.token_urlsafe(24) for kind in self.kinds()}

    def kinds(self):
        by_dns = [*self.ca.drafts, "dns-01"]
        return by_dns if self.wildcard else ["http-01"] if self.kind == "ip" else [*by_dns, "http-01"]

    def answer(self, kind):
        self.answered, self.polls = kind, self.ca.pending_polls
        self.settle()

    def step(self):
        """One more look by the client at a challenge that is at work."""
        if self.answered and self.polls:
            self.polls -= 1
            self.settle()

    def settle(self):
        if self.status != "pending" or not self.answered or self.polls:
            return
        token = self.tokens[self.answered]
        if self.answered == "http-01":
            proved = self.ca.proved(self.name, token, self.account)
            detail = f"http://{self.name}/.well-known/acme-challenge/{token} is not the key authorization"
        else:
            proved, detail = self.ca.shown_by_dns(self), f"no right TXT record for {self.name}"
        if proved:
            self.status = "valid"
        else:
            self.error = {"type": "urn:ietf:params:acme:error:unauthorized", "status": 403, "detail": detail}
            self.status = "pending" if self.ca.lenient else "invalid"

    def challenge(self, kind):
        status = "pending"
        if kind == (self.answered or self.kinds()[-1]):
            busy = "processing" if self.answered else "pending"
            status = "invalid" if self.error else "valid" if self.status == "valid" else busy
        object = {"type": kind, "url": self.ca.url("challenge", self.url.rsplit("/", 1)[1], kind),
                  "token": self.tokens[kind], "status": status}
        if kind == "dns-persist-01":
            del object["token"]
            object |= self.ca.drafts[kind]
        extra = {"invalid": {"error": self.error}, "valid": {"validated": rfc3339()}}
        return object | extra.get(status, {})

    def json(self):
        object = {"identifier": {"type": self.kind, "value": self.name.removeprefix("*.")}, "status": self.status,
                  "expires": self.expires, "challenges": [self.challenge(kind) for kind in self.kinds()]}
        return object | ({"wildcard": True} if self.wildcard else {})


class Order:
    """One certificate to be had. Its status is worked out from its authorizations and from what was issued."""

    def __init__(self, ca, url, account, identifiers, asked):
        self.ca, self.url, self.account, self.identifiers, self.asked = ca, url, account, identifiers, asked
        self.number, self.expires = url.rsplit("/", 1)[1], rfc3339(3600)
        self.csr, self.chain, self.polls = None, None, 0
        self.authorizations = [
            Authorization(ca, ca.url("authorization", f"{self.number}-{n}"), account, kind, name, self.expires)
            for n, (kind, name) in enumerate(identifiers, 1)]

    def status(self):
        found = {a.status for a in self.authorizations}
        if self.csr:
            return "valid" if self.chain else "processing"
        if found - {"pending", "valid"}:
            return "invalid"
        return "pending" if "pending" in found else "ready"

    def finalize(self, csr):
        self.csr, self.polls = csr, self.ca.processing_polls
        self.issue()

    def step(self):
        """One more look by the client."""
        for authorization in self.authorizations:
            authorization.step()
        if self.polls:
            self.polls -= 1
            self.issue()

    def issue(self):
        if self.csr and not self.polls and not self.chain:
            self.chain = self.ca.issuer.leaf(self.csr) + self.ca.issuer.pem("intermediate")

    def json(self):
        status, turn = self.status(), -1 if self.ca.reversed else 1
        object = {"status": status, "expires": self.expires, "finalize": self.ca.url("finalize", self.number),
                  "identifiers": [{"type": kind, "value": name} for kind, name in self.identifiers][::turn],
                  "authorizations": [a.url for a in self.authorizations][::turn]}
        object |= {m: self.asked[m] for m in ("profile", "notBefore", "notAfter", "replaces") if m in self.asked}
        if status == "valid":
            object["certificate"] = self.ca.url("certificate", self.number)
        if status == "invalid":
            first = next((a.error for a in self.authorizations if a.error), {"detail": "an authorization is gone"})
            object["error"] = first | {"detail": "not all names are proved: " + first["detail"]}
        return object
