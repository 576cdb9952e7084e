"""A throwaway certification authority, made once a run with openssl in a folder that goes with it."""

import fcntl
import functools
import ipaddress
import re
import subprocess
import tempfile

from once import shared_folder

EXTENSIONS = """
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[plain-ca]
basicConstraints = CA:TRUE
[not-ca]
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyCertSign
[silent]
keyUsage = critical, keyCertSign
[no-signing]
basicConstraints = critical, CA:TRUE
keyUsage = critical, cRLSign, digitalSignature
"""
LEAF = """
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.S)


def openssl(*argv, stdin=b"", cwd=None, days_from_now=0):
    """What `openssl` prints, at another time than this if need be; its stderr is in the error if it fails."""
    then = ["faketime", "-f", f"{days_from_now * 86400:+.0f}s"] if days_from_now else []
    done = subprocess.run([*then, "openssl", *map(str, argv)], input=stdin, capture_output=True, cwd=cwd)
    if done.returncode:
        raise RuntimeError(f"openssl {argv[0]}: {done.stderr.decode(errors='replace')}")
    return done.stdout


class Issuer:
    """Keys and certificates by name in `folder`: NAME.key and NAME.pem. `chain` is what a CA sends below a leaf."""

    def __init__(self, folder):
        self.folder = folder

    def make(self):
        (self.folder / "extensions").write_text(EXTENSIONS + LEAF)
        self.authority("root")
        self.authority("intermediate", "root")
        self.authority("other-root")
        self.authority("other-intermediate", "other-root")
        self.authority("web-root")
        self.server("here", "IP:127.0.0.1,DNS:localhost")
        self.server("elsewhere", "DNS:elsewhere.example")
        self.new_key("stranger")

    def path(self, name):
        return self.folder / name

    def pem(self, name):
        return self.path(f"{name}.pem").read_text()

    def new_key(self, name):
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.path(f"{name}.key"))

    def authority(self, name, signer=None, section="ca", days_from_now=0):
        """A CA certificate: NAME.pem, signed by `signer` or by itself, from that day on."""
        self.new_key(name)
        request = openssl("req", "-new", "-key", self.path(f"{name}.key"), "-subj", f"/CN=Throwaway {name}")
        signed_by = ["-CA", self.path(f"{signer}.pem"), "-CAkey", self.path(f"{signer}.key")] if signer else [
            "-signkey", self.path(f"{name}.key")]
        self.sign(request, section, signed_by, "-days", "30", "-out", self.path(f"{name}.pem"),
                  days_from_now=days_from_now)

    def odd_authority(self, name, **more):
        """One below the root that isn't as it should be: made when it is first asked for."""
        with open(self.path(f"{name}.lock"), "w") as lock:  # the folder is that of all workers
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.path(f"{name}.pem").exists():
                self.authority(name, "root", **more)
        return name

    def server(self, name, san, days_from_now=0, signed=True):
        """A web server's certificate, for the CA's own https; by itself if not `signed`."""
        self.new_key(name)
        request = openssl("req", "-new", "-key", self.path(f"{name}.key"), "-subj", "/", "-addext",
                          f"subjectAltName={san}")
        signed_by = ["-CA", self.path("web-root.pem"), "-CAkey", self.path("web-root.key")] if signed else [
            "-signkey", self.path(f"{name}.key")]
        self.sign(request, "leaf", signed_by, "-copy_extensions", "copy", "-days", "30", "-out",
                  self.path(f"{name}.pem"), days_from_now=days_from_now)

    def odd_server(self, name, san, days_from_now=0, signed=True):
        """One whose certificate isn't as it should be: its place; made when it is first asked for."""
        with open(self.path(f"{name}.lock"), "w") as lock:  # the folder is that of all workers
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.path(f"{name}.pem").exists():
                self.server(name, san, days_from_now, signed)
        return self.path(f"{name}.pem")

    def cross(self, name, signer, places=None, days_from_now=0):
        """Another certificate (PEM) for the key and subject of the authority `name`: by `signer`, whose own is to be had
        at `places`."""
        request = openssl("req", "-new", "-key", self.path(f"{name}.key"), "-subj", f"/CN=Throwaway {name}")
        signed_by = ["-CA", self.path(f"{signer}.pem"), "-CAkey", self.path(f"{signer}.key"), "-days", "30"]
        if not places:
            return self.sign(request, "ca", signed_by, days_from_now=days_from_now).decode()
        with tempfile.NamedTemporaryFile("w", dir=self.folder) as extensions:
            extensions.write(EXTENSIONS + f"[located]\nbasicConstraints = critical, CA:TRUE\nauthorityInfoAccess = {places}\n")
            extensions.flush()
            return openssl("x509", "-req", "-extfile", extensions.name, "-extensions", "located", *signed_by,
                           stdin=request).decode()

    def sign(self, request, section, *rest, days_from_now=0):
        flat = [part for piece in rest for part in (piece if isinstance(piece, list) else [piece])]
        return openssl("x509", "-req", "-extfile", self.path("extensions"), "-extensions", section, *flat,
                       stdin=request, days_from_now=days_from_now)

    def request(self, names):
        """A request in DER for `names` by a key of our own, which the client doesn't have."""
        return openssl("req", "-new", "-key", self.path("stranger.key"), "-subj", "/", "-outform", "DER", "-addext",
                       "subjectAltName=" + san(names))

    def leaf(self, csr, names=None, by="intermediate", days=30, subject=None, section=LEAF, days_from_now=0):
        """A certificate (PEM) for the request `csr` (DER): its own names, or `names` in their place.

        `section` is what stands in it besides, and it is valid for `days`, from so many days from now on."""
        pem = openssl("req", "-inform", "DER", stdin=csr)
        args = ["-CA", self.path(f"{by}.pem"), "-CAkey", self.path(f"{by}.key"), "-days", days]
        args += ["-subj", subject] if subject else []
        with tempfile.NamedTemporaryFile("w", dir=self.folder) as extensions:
            extensions.write(section + (f"subjectAltName = {san(names)}\n" if names else ""))
            extensions.flush()
            args = ["-extfile", extensions.name, "-extensions", "leaf", *args]
            args += ["-copy_extensions", "copy"] if names is None else []
            return openssl("x509", "-req", *args, stdin=pem, days_from_now=days_from_now).decode()


def san(names):
    """DNS names and addresses; what is neither says itself what it is, such as email:me@example.org."""
    kinds = [("", r"(email|URI|RID|otherName):.*"), ("IP:", r"[0-9.]+|[0-9a-f:]+"), ("DNS:", ".*")]
    return ",".join(next(kind + name for kind, pattern in kinds if re.fullmatch(pattern, name)) for name in names)


def names_in(csr):
    """The SAN entries of a request (DER) as a sorted list of ("dns" | "ip", value); the signature is checked too."""
    text = openssl("req", "-inform", "DER", "-noout", "-verify", "-text", stdin=csr).decode()
    found = re.search(r"Subject Alternative Name:.*\n\s*(.+)", text)
    kinds = {"DNS": "dns", "IP Address": "ip"}
    entries = [entry.split(":", 1) for entry in found.group(1).split(", ")] if found else []
    values = {"IP Address": lambda text: str(ipaddress.ip_address(text))}
    return sorted((kinds.get(kind, kind), values.get(kind, str.lower)(value)) for kind, value in entries)


def der(pem):
    """The first certificate of a chain."""
    return openssl("x509", "-outform", "DER", stdin=pem.encode())


def certificates(pem):
    return PEM.findall(pem)


@functools.cache
def issuer():
    """The one that all tests of a run share."""
    return Issuer(shared_folder("issuer", lambda folder: Issuer(folder).make()))
