"""The ACME clients, each as its manual says: how it registers, and what gets a certificate with it.

All prove by http-01 in a web root, and trust what the system trusts. What sets one apart from the others is in its
`note`, which the tables show.
"""

import dataclasses
import pathlib
import shutil
import subprocess

import pypi
from tools import BIN, REPO, quoted

from benchmark.stage import BUNDLE, environment

PYPI = REPO / ".build" / "peers"
WANTED = pathlib.Path(__file__).with_name("pypi.txt")
CONTACT = "me@example.org"
KEY_ALGORITHM = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]


@dataclasses.dataclass
class Task:
    """What a shell runs in the client's folder, and the chain and key that are there afterwards."""

    script: str
    chain: str
    key: str = "site.key"


class Client:
    """One that is run in a folder of its own, which holds its account, and a site's key where it can use one.

    A subclass has a `name`, the `program`, and the Debian `package` that its version is asked of."""

    name = program = package = note = ""
    ours = False
    start_status = 0

    def missing(self):
        """Whether it has yet to be installed."""
        return shutil.which(self.program, path=self.environment(".")["PATH"]) is None

    def version(self):
        """Of its package: not every client knows its own."""
        done = subprocess.run(["dpkg-query", "--show", "--showformat=${Version}", self.package], capture_output=True,
                              text=True, check=False)
        return done.stdout or "unknown"

    def environment(self, folder):
        return environment(folder)

    @property
    def start(self):
        """The words that make the program do the least; it then ends with `start_status`."""
        return [self.program, "--version"]

    def configure(self, folder, ca, directory):
        """Writes what holds the folder's own path, or the CA's, into a folder that is new or was copied."""

    def registration(self, ca, directory):
        """The command that registers an account; None where a first certificate does."""

    def task(self, folder, ca, directory, names):
        """The Task that gets a certificate for these names. What may be there beforehand is put there now."""
        raise NotImplementedError


def new_key(folder):
    subprocess.run(["openssl", "genpkey", *KEY_ALGORITHM, "-out", folder / "site.key"], check=True)


def rsa_account_key(folder):
    if not (folder / "account.key").exists():
        subprocess.run(["openssl", "genrsa", "-out", folder / "account.key", "2048"], check=True, capture_output=True)


class Ours(Client):
    """The tools in a folder, called what the one who compares them calls it."""

    ours = True
    note = "acme-csr | acme-challenge | acme-finalize | acme-chain"

    def __init__(self, name="these tools", folder=BIN):
        self.name, self.folder = name, folder

    def missing(self):
        return False

    def version(self):
        done = subprocess.run([self.folder / "acme-key", "--version"], capture_output=True, text=True, check=True)
        return done.stdout.split()[-1]

    def environment(self, folder):
        return environment(folder, [self.folder]) | {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": "account.key"}

    def registration(self, ca, directory):
        return ("acme-key -o account.key && "
                f"acme-register -k account.key --agree-tos --directory {directory} -o account.json")

    def task(self, folder, ca, directory, names):
        return Task(f"acme-csr -k site.key {quoted(*names)} | acme-challenge --webroot {ca.webroot} | acme-finalize |"
                    " acme-chain -o site.pem", "site.pem")


class Uacme(Client):
    name = program = package = "uacme"
    start_status = 2

    def command(self, directory, *words):
        return quoted("uacme", "--type", "EC", "--acme-url", directory, "--confdir", ".", *words)

    def registration(self, ca, directory):
        return self.command(directory, "--yes", "new", CONTACT)

    def task(self, folder, ca, directory, names):
        keys = folder / "private" / names[0]
        keys.mkdir(parents=True)
        shutil.copy(folder / "site.key", keys / "key.pem")
        return Task(f"UACME_CHALLENGE_PATH={ca.proofs} exec "
                    + self.command(directory, "--hook", "/usr/share/uacme/uacme.sh", "issue", *names),
                    f"{names[0]}/cert.pem")


class Lego(Client):
    name = program = package = "lego"
    note = "makes a P-256 key, too"

    def task(self, folder, ca, directory, names):
        names = [word for name in names for word in ("--domains", name)]
        return Task("exec " + quoted("lego", "--path", ".", "--server", directory, "--accept-tos", "--email", CONTACT,
                                     "--http", "--http.webroot", ca.webroot, *names, "run"),
                    f"certificates/{names[1]}.crt", f"certificates/{names[1]}.key")


class AcmeTiny(Client):
    """It wants a request, which openssl makes."""

    package = "acme-tiny"
    note = "with openssl req; asks for its account each time; RSA account key"

    def __init__(self, name="acme-tiny (Debian)", program="/usr/bin/acme-tiny"):
        self.name, self.program = name, program

    @property
    def start(self):
        return [self.program, "--help"]

    def configure(self, folder, ca, directory):
        rsa_account_key(folder)

    def task(self, folder, ca, directory, names):
        names = "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)
        request = quoted("openssl", "req", "-new", "-key", "site.key", "-subj", "/", "-addext", names,
                         "-out", "site.csr")
        client = quoted(self.program, "--directory-url", directory, "--account-key", "account.key", "--csr", "site.csr",
                        "--acme-dir", ca.proofs, "--disable-check", "--quiet")
        return Task(f"{request} && {client} >site.pem", "site.pem")


class FromPyPI:
    """A client in the virtual environment."""

    def missing(self):
        return not pathlib.Path(self.program).exists()

    def version(self):
        asked = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
        done = subprocess.run([PYPI / "bin" / "python3", "-I", "-c", asked, self.package], capture_output=True,
                              text=True, check=True)
        return done.stdout.strip()


class AcmeTinyFromPyPI(FromPyPI, AcmeTiny):
    def __init__(self):
        super().__init__("acme-tiny (PyPI)", str(PYPI / "bin" / "acme-tiny"))


class Certbot(FromPyPI, Client):
    name, package = "certbot (PyPI)", "certbot"
    program = str(PYPI / "bin" / "certbot")
    note = "makes a P-256 key, too; RSA account key"

    def environment(self, folder):
        return super().environment(folder) | {"REQUESTS_CA_BUNDLE": str(BUNDLE)}  # PyPI's brings roots of its own

    def command(self, directory, *words):
        return quoted(self.program, "--config-dir", "config", "--work-dir", "work", "--logs-dir", "logs", "--server",
                      directory, "--non-interactive", "--quiet", *words)

    def registration(self, ca, directory):
        return self.command(directory, "register", "--agree-tos", "--email", CONTACT, "--no-eff-email")

    def task(self, folder, ca, directory, names):
        names = [word for name in names for word in ("--domain", name)]
        command = self.command(directory, "certonly", "--webroot", "--webroot-path", ca.webroot, "--cert-name", "site",
                               *names)
        return Task(f"exec {command}", "config/live/site/fullchain.pem", "config/live/site/privkey.pem")


class Dehydrated(Client):
    name = program = package = "dehydrated"
    note = "RSA account key"

    def configure(self, folder, ca, directory):
        (folder / "config").write_text(
            f"CA={directory}\nBASEDIR={folder}\nWELLKNOWN={ca.proofs}\nKEY_ALGO=prime256v1\nPRIVATE_KEY_RENEW=no\n")

    def registration(self, ca, directory):
        return "dehydrated --config config --register --accept-terms"

    def task(self, folder, ca, directory, names):
        keys = folder / "certs" / "site"
        keys.mkdir(parents=True)
        shutil.copy(folder / "site.key", keys / "privkey.pem")
        return Task(f"exec dehydrated --config config --cron --alias site --domain {quoted(' '.join(names))}",
                    "certs/site/fullchain.pem")


class Lacme(Client):
    name = program = package = "lacme"
    note = "RSA account key; drops no privileges here; one at a time in a web root, so not beside itself"

    def configure(self, folder, ca, directory):
        rsa_account_key(folder)
        (folder / "accountd.conf").write_text(f"privkey = file:{folder}/account.key\n")
        (folder / "lacme.conf").write_text(
            f"[client]\nuser =\ngroup =\nserver = {directory}\n"
            f"[webserver]\nuser =\ngroup =\nlisten =\nchallenge-directory = {ca.proofs}\n"
            f"[accountd]\nconfig = {folder}/accountd.conf\n")

    def registration(self, ca, directory):
        return f"lacme --config=lacme.conf account --register --tos-agreed mailto:{CONTACT}"

    def task(self, folder, ca, directory, names):
        (folder / "site.conf").write_text(
            f"[site]\ncertificate-key = {folder}/site.key\ncertificate-chain = {folder}/site.pem\nCAfile =\n"
            f"subject = /CN={names[0]}\nsubjectAltName = {','.join(f'DNS:{name}' for name in names)}\n")
        return Task("exec lacme --config=lacme.conf newOrder --config-certs=site.conf", "site.pem")


class Acmetool(Client):
    name = program = package = "acmetool"
    start_status = 2
    note = "makes a P-256 key, too"

    def configure(self, folder, ca, directory):
        (folder / "conf").mkdir(exist_ok=True)
        (folder / "conf" / "target").write_text(
            f"request:\n  provider: {directory}\n  key:\n    type: ecdsa\n    ecdsa-curve: nistp256\n"
            f"  challenge:\n    webroot-paths:\n      - {ca.proofs}\n    http-self-test: false\n")
        (folder / "responses").write_text(
            f'"acme-enter-email": "{CONTACT}"\n"acme-agreement:data:text/plain,Do%20what%20thou%20wilt": true\n')

    def task(self, folder, ca, directory, names):
        shutil.rmtree(folder / "desired", ignore_errors=True)
        return Task("exec " + quoted("acmetool", "--state=.", "--hooks=hooks", "--batch", "--response-file=responses",
                                     "want", *names),
                    f"live/{names[0]}/fullchain", f"live/{names[0]}/privkey")


def peers():
    return [Uacme(), Lego(), AcmeTiny(), AcmeTinyFromPyPI(), Certbot(), Dehydrated(), Lacme(), Acmetool()]


def install(clients):
    """What these lack, from Debian and from PyPI."""
    if any(client.missing() for client in clients if not isinstance(client, FromPyPI)):
        subprocess.run([REPO / "scripts" / "dependencies", "bench"], check=True)
    if any(isinstance(client, FromPyPI) for client in clients):
        pypi.programs(WANTED, PYPI)
