"""The rows of the benchmark: what is done, by whom, and how one sees that it was done."""

import dataclasses
import itertools
import pathlib
import shlex
import shutil
import subprocess

from certificates import certificate, renumbered
from tools import REPO, TOOLS

from benchmark.clients import KEY_ALGORITHM, new_key
from benchmark.play import CannotPlay, Contestant, Run, run_aside
from benchmark.stage import environment

NUMBERS = itertools.count(1)
# What has gone wrong it says at the end; and xargs would stop at a status of 255.
ONE_OF_MANY = "cd {number} && ({script}) >log 2>&1 || {{ tail -n 1 log >&2; exit 1; }}\n"
QUICK = 6  # how many times more often than the others something is run that takes milliseconds


class Row:
    """`times` says how much more often than usual each contestant is run, `count` how many certificates a run gets. One
    that `counts` has a run beforehand that only counts connections."""

    times = count = 1
    counts = True
    milliseconds = sleeps = False

    def __init__(self, name, title):
        self.name, self.title = name, title

    def contestants(self, stage, clients):
        raise NotImplementedError


class Certificates(Row):
    """`count` certificates of so many names each, `at_once` of them at a time, from a CA that is so far away."""

    def __init__(self, name, title, names=1, count=1, at_once=1, round_trip=0.0, awake=True):
        super().__init__(name, title)
        self.names, self.count, self.at_once, self.round_trip, self.awake = names, count, at_once, round_trip, awake
        self.sleeps, self.counts = not awake, count == 1 and not round_trip

    def contestants(self, stage, clients):
        return [Contestant(client.name, client.ours, client.note, self.preparation(stage, client))
                for client in clients]

    def preparation(self, stage, client):
        """How a run is made ready. The one that only counts goes by a relay, and so do all where the CA is far away."""
        def prepare(counting):
            ca = stage.ca(self.awake)
            relay = ca.relay(self.round_trip) if counting or self.round_trip else None
            directory = ca.behind(relay) if relay else ca.direct
            account = registered(stage, client, ca, directory)
            folder = stage.new_folder()
            tasks = [self.task(client, ca, directory, account, folder / str(number)) for number in range(self.count)]
            run = Run(["sh", "-c", tasks[0][0].script], folder / "0", client.environment(folder / "0"), ca, relay)
            if self.count > 1:
                run.folder = folder
                run.words = ["xargs", "-a", "scripts", "-P", str(self.at_once), "-n", "1", "sh"]
                for number, (task, _) in enumerate(tasks):
                    (folder / f"{number}.sh").write_text(ONE_OF_MANY.format(number=number, script=task.script))
                (folder / "scripts").write_text("".join(f"{number}.sh\n" for number in range(self.count)))
            made = [Made(folder / str(number) / task.chain, folder / str(number) / task.key, names)
                    for number, (task, names) in enumerate(tasks)]
            run.check = lambda: check(made, ca)
            return run
        return prepare

    def task(self, client, ca, directory, account, folder):
        names = fresh_names(self.names)
        shutil.copytree(account, folder, symlinks=True)
        client.configure(folder, ca, directory)
        return client.task(folder, ca, directory, names), names


def fresh_names(number):
    """Nobody has had a certificate for these."""
    of = next(NUMBERS)
    return [f"n{number}.c{of}.example.org" for number in range(number)]


def registered(stage, client, ca, directory):
    """A folder with an account of the client's, and a site's key: made the first time."""
    folder = stage.accounts.get((client.name, directory))
    if folder is None:
        folder = stage.new_folder()
        client.configure(folder, ca, directory)
        new_key(folder)
        script = client.registration(ca, directory) or client.task(folder, ca, directory, fresh_names(1)).script
        run_aside(["sh", "-c", script], folder, client.environment(folder))
        stage.accounts[client.name, directory] = folder
    return folder


@dataclasses.dataclass
class Made:
    """The files in which a certificate has to be, and its key, and the names in it."""

    chain: pathlib.Path
    key: pathlib.Path
    names: list


def check(made, ca):
    """Each chain leads to the CA's root, its leaf is for these names and this key."""
    chains = [one.chain for one in made if one.chain.exists()]
    if len(chains) < len(made):
        raise CannotPlay(f"of {len(made)} certificates it has left {len(chains)}")
    issuers = ca.root.with_name("issuers.pem")
    issuers.write_text("".join(chain.read_text() for chain in chains))
    said = ask("openssl", "verify", "-CAfile", ca.root, "-untrusted", issuers, *chains)
    if said.splitlines() != [f"{chain}: OK" for chain in chains]:
        raise CannotPlay(f"openssl verify: {said}")
    public = {text: ask("openssl", "pkey", "-in", key, "-pubout")
              for text, key in {one.key.read_text(): one.key for one in made}.items()}
    for one in made:
        shown = ask("openssl", "x509", "-in", one.chain, "-noout", "-pubkey", "-ext", "subjectAltName")
        listed = [word.strip() for line in shown.splitlines() if "DNS:" in line for word in line.split(",")]
        if public[one.key.read_text()] not in shown:
            raise CannotPlay("a certificate has another key")
        if sorted(listed) != sorted(f"DNS:{name}" for name in one.names):
            raise CannotPlay("a certificate has other names")


def ask(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else done.stderr


class Commands(Row):
    """Each a command that takes milliseconds, and no CA: `ours` are the tools' words, `others` of what is beside them."""

    times, milliseconds, counts = QUICK, True, False

    def __init__(self, name, title, ours, others):
        super().__init__(name, title)
        self.ours, self.others = ours, others

    def contestants(self, stage, clients):
        ours = [client for client in clients if client.ours]
        found = [Contestant(words[0] if len(ours) == 1 else f"{words[0]}, {client.name}", True, shlex.join(words),
                            self.preparation(stage, words, client.folder)) for words in self.ours for client in ours]
        return found + [Contestant(words[0], False, shlex.join(words), self.preparation(stage, words))
                        for words in self.others]

    def preparation(self, stage, words, *path, status=0):
        def prepare(_):
            folder = stage.new_folder()
            new_key(folder)
            return Run(list(words), folder, environment(folder, path), status=status)
        return prepare


class Starts(Commands):
    """What it costs to start a program at all."""

    def __init__(self, name, title):
        first = "acme-challenge"
        super().__init__(name, title, [[tool, "--version"] for tool in (first, *(t for t in TOOLS if t != first))],
                         [["curl", "--version"], ["openssl", "version"], ["true"]])

    def contestants(self, stage, clients):
        peers = [Contestant(client.name, False, shlex.join([pathlib.Path(client.start[0]).name, *client.start[1:]]),
                            self.preparation(stage, client.start, status=client.start_status))
                 for client in clients if not client.ours]
        return [*super().contestants(stage, clients), *peers]


class Make(Row):
    """scripts/acme.mk, as many certificates of one name."""

    counts = False

    def __init__(self, name, title, count, at_once):
        super().__init__(name, title)
        self.count, self.at_once = count, at_once

    def contestants(self, stage, clients):
        return [Contestant(client.name, True, f"make -j{self.at_once}; makes the keys, too",
                           self.preparation(stage, client)) for client in clients if client.ours]

    def preparation(self, stage, client):
        def prepare(_):
            ca = stage.ca()
            folder, names = stage.new_folder(), fresh_names(self.count)
            (folder / "Makefile").write_text(
                f"NAMES = {' '.join(names)}\nWEBROOT = {ca.webroot}\nACME_DIRECTORY = {ca.direct}\n"
                f"include {REPO}/scripts/acme.mk\n")
            variables = environment(folder, [client.folder])
            run_aside(["make", "ACME_AGREE_TOS=yes", "account.json"], folder, variables)
            return Run(["make", f"-j{self.at_once}", "--silent"], folder, variables, ca=ca,
                       check=lambda: check([Made(folder / f"{name}.pem", folder / f"{name}.key", [name])
                                            for name in names], ca))
        return prepare


class Renewal(Row):
    """Whether any of so many certificates is due. None is."""

    milliseconds = True

    def __init__(self, name, title, files):
        super().__init__(name, title)
        self.files = files

    def contestants(self, stage, clients):
        ours = [Contestant(client.name, True, "acme-renewal", self.preparation(stage, ["acme-renewal"], client.folder))
                for client in clients if client.ours]
        loop = 'for file; do openssl x509 -checkend 2592000 -noout -in "$file" >/dev/null || exit; done; exit 1'
        return [*ours, Contestant("openssl", False, "openssl x509 -checkend, once a file, for 30 days",
                                  self.preparation(stage, ["sh", "-c", loop, "sh"]))]

    def preparation(self, stage, words, *path):
        def prepare(counting):
            ca = stage.ca()
            relay = ca.relay() if counting else None
            folder = stage.new_folder()
            pem = certificate()
            for number in range(self.files):
                (folder / f"{number}.pem").write_text(renumbered(pem, number + 2**32))
            directory = ca.behind(relay) if relay else ca.direct
            variables = environment(folder, path) | {"ACME_DIRECTORY": directory}
            files = [f"{number}.pem" for number in range(self.files)]
            return Run([*words, *files], folder, variables, ca, relay, status=1)
        return prepare


ROWS = [
    Certificates("1-name", "one certificate of one name"),
    Certificates("1-name-50ms", "one certificate of one name, the CA 50 ms away", round_trip=0.05),
    Certificates("1-name-200ms", "one certificate of one name, the CA 200 ms away", round_trip=0.2),
    Certificates("100-names", "one certificate of 100 names", names=100),
    Certificates("10-names-asleep", "one certificate of 10 names, the CA asleep before each validation for 0 to 4 s",
                 names=10, awake=False),
    Certificates("100-certificates", "100 certificates of one name, by xargs -P 8", count=100, at_once=8),
    Make("make-200", "200 certificates of one name, by make -j8", count=200, at_once=8),
    Renewal("renewal-500", "whether any of 500 certificates is due", files=500),
    Starts("start", "a program's start"),
    Commands("key", "a P-256 key", [["acme-key", "-o", "new.key"]],
             [["openssl", "genpkey", *KEY_ALGORITHM, "-out", "new.key"]]),
    Commands("csr", "a certificate request", [["acme-csr", "-k", "site.key", "-o", "site.csr", "example.org"]],
             [["openssl", "req", "-new", "-key", "site.key", "-subj", "/", "-addext", "subjectAltName=DNS:example.org",
               "-out", "site.csr"]]),
]
