"""Files for offline tests, made once a run: keys, requests, documents, a chain, and things that are none of these."""

import functools
import json
import shutil
import subprocess

import issuer
from once import shared_folder
from scripted_ca import ScriptedCA
from tools import clean_environment

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000"
                    "1f15c4890000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082")
PROBLEM = {"exit": 77, "format": "acme-problem/1", "message": "the CA refused the order: the name is on a list",
           "problem": {"detail": "the name is on a list", "type": "urn:ietf:params:acme:error:rejectedIdentifier"},
           "tool": "acme-challenge"}
FOREIGN_KEYS = {"secp256k1": ("EC", "ec_paramgen_curve:secp256k1"), "x25519": ("X25519", None),
                "rsa1024": ("RSA", "rsa_keygen_bits:1024"), "ed448": ("ED448", None)}


class Bench:
    """`folder` holds what the tables name; the CA that the documents speak of is gone."""

    def __init__(self, folder):
        self.folder = folder

    def make(self):
        (self.folder / "web").mkdir()
        self.keys()
        self.documents()
        self.rubbish()

    def sh(self, script, **env):
        done = subprocess.run(["bash", "-o", "pipefail", "-c", script], cwd=self.folder, env=clean_environment(**env),
                              timeout=60, capture_output=True)
        assert done.returncode == 0, f"{script}: {done}"

    def write(self, name, data):
        (self.folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())

    def keys(self):
        self.sh("for name in account site other; do acme-key -o $name.key; done")
        self.write("passphrase", "correct horse\n")
        self.write("wrong-passphrase", "battery staple\n")
        self.sh("openssl pkcs8 -topk8 -v2 aes-256-cbc -in site.key -passout file:passphrase -out encrypted.key")
        self.sh("openssl pkey -in site.key -pubout -out public.pem; acme-key jwk -k site.key >public.jwk")
        for name, (algorithm, option) in FOREIGN_KEYS.items():
            more = ["-pkeyopt", option] if option else []
            issuer.openssl("genpkey", "-algorithm", algorithm, *more, "-out", self.folder / f"{name}.key")

    def documents(self):
        """Real ones: an order before its challenge, one that is ready, one that is valid, and the chain."""
        self.sh("acme-csr -k site.key one.example >site.csr; acme-csr -k site.key two.example >two.csr")
        self.sh("acme-csr -k other.key one.example >other.csr; acme-csr -k account.key one.example >account.csr")
        for name, san in ("email", "email:me@one.example"), ("uri", "DNS:one.example,URI:https://one.example/"):
            issuer.openssl("req", "-new", "-key", self.folder / "site.key", "-subj", "/", "-addext",
                           f"subjectAltName={san}", "-out", self.folder / f"{name}.csr")
        self.sh("openssl req -new -key site.key -subj / -out no-name.csr")
        self.sh("openssl req -new -key site.key -subj /CN=one.example -out common.csr")
        self.sh("openssl req -in site.csr -outform DER -out der.csr; openssl req -in site.csr -text -out text.csr")
        pem = (self.folder / "site.csr").read_text()
        self.write("new.csr", pem.replace("CERTIFICATE", "NEW CERTIFICATE"))
        self.write("crlf.csr", pem.replace("\n", "\r\n"))
        leaf = issuer.issuer().leaf((self.folder / "der.csr").read_bytes(), [])
        self.write("no-name.pem", leaf + issuer.issuer().pem("intermediate"))
        with ScriptedCA(webroot=self.folder / "web") as ca:
            env = {"ACME_CA_BUNDLE": ca.bundle, "ACME_DIRECTORY": ca.directory, "ACME_ACCOUNT": "account.json",
                   "ACME_ACCOUNT_KEY": "account.key"}
            self.sh("acme-register -k account.key --agree-tos >account.json", **env)
            self.sh("acme-challenge order <site.csr >unchosen.json", **env)
            self.sh("acme-challenge order --type http-01 <site.csr >order.json", **env)
            self.sh("acme-challenge --webroot web <site.csr >ready.json", **env)
            self.sh("acme-finalize <ready.json >valid.json", **env)
            self.sh("acme-chain <valid.json >chain.pem", **env)
        shutil.rmtree(self.folder / "web")
        (self.folder / "web").mkdir()

    def rubbish(self):
        order = json.loads((self.folder / "order.json").read_text())
        chain = issuer.certificates((self.folder / "chain.pem").read_text())
        files = {
            "photo.png": PNG, "empty": b"", "blank": b" \n\n", "page.html": b"<html><body>hello</body></html>\n",
            "half.json": json.dumps(order)[:300], "array.json": b"[]\n", "null.json": b"null\n", "object.json": b"{}\n",
            "deep.json": b"[" * 10_000, "future.json": json.dumps(order | {"format": "acme-order/9"}),
            "nameless.json": json.dumps({k: v for k, v in order.items() if k != "format"}),
            "foreign.json": json.dumps(order | {"url": "https://elsewhere.example/order/1"}),
            "plain.json": json.dumps(order | {"url": order["url"].replace("https", "http")}),
            "hollow.json": json.dumps(order | {"order": {}}), "bare.json": json.dumps({"format": "acme-order/1"}),
            "latin.json": b'{"format":"acme-order/1","url":"\xe4"}', "problem.json": json.dumps(PROBLEM),
            "half.key": (self.folder / "site.key").read_bytes()[:150],
            "broken.key": (self.folder / "site.key").read_bytes().replace(b"M", b"A"),
            "half.csr": (self.folder / "site.csr").read_bytes()[:200],
            "strange.pem": chain[0] + issuer.issuer().pem("other-root"),
            "with-key.pem": chain[0] + (self.folder / "other.key").read_text(),
        }
        for exit in (0, 1, 63, 64, 78, 79, 255, -1, "77", 77.5, None):
            files[f"exit-{exit}.json"] = json.dumps(PROBLEM | {"exit": exit})
        for name, data in files.items():
            self.write(name, data)
        self.write("escape.json", json.dumps(PROBLEM | {"message": "red \x1b[31m\u202e text"}))


@functools.cache
def bench():
    return Bench(shared_folder("bench", lambda folder: Bench(folder).make()))
