"""Bad input to every tool: the status of the contract, one clear line, and no trace on disk."""

import dataclasses
import json
import os
import re
import shutil
import subprocess

from bench import bench
from clean import hidden
from tables import TableTest
from tools import ToolTest

CA = "-a account.json -k account.key"  # what the tools that talk to the CA need


@dataclasses.dataclass
class Row:
    """A command as one would type it, and a regex that is found in what it says; None: it says nothing."""

    name: str
    status: tuple
    message: str | None


def rows(*table):
    return [Row(command, (status if isinstance(status, tuple) else (status,)), message)
            for command, status, message in table]


class BadInputTest(TableTest):
    """A row's command runs by bash, under pipefail, in a folder with the bench's files and without a terminal."""

    table = ()

    def check(self, row):
        shutil.copytree(bench().folder, self.dir, dirs_exist_ok=True)
        before = self.contents()
        result = self.run_tool("bash", "-o", "pipefail", "-c", row.name, start_new_session=True)
        self.assertEqual(self.contents(), before, "something was written")
        self.assertIn(result.status, row.status, result)
        if row.message is None:
            self.assertEqual(result.err, "", result)
        else:
            self.fails(result, result.status, "^acme-[a-z]+: error: ")
            self.assertRegex(result.err, row.message or ".")
            self.assertNotRegex(result.err, r"(?m)error: (?:[A-Z][a-z]|.*\.$)", "lower case, no full stop")
            self.assertEqual(hidden(result.err), [], result)
        self.stdout_tells(row, result)

    def contents(self):
        return {name: (self.dir / name).is_file() and (self.dir / name).read_bytes() for name in self.files()}

    def stdout_tells(self, row, result):
        """Down the pipe goes a problem document where the output is a document, and nothing where it isn't."""
        last = row.name.rsplit("| ", 1)[-1]
        writes_documents = re.search("acme-(register|challenge(?! show)|finalize)", last)
        if not writes_documents or " -o " in last or re.search("[12]?>", last):
            return self.assertEqual(result.out, b"", result)
        document = json.loads(result.text)
        self.assertEqual(document["format"], "acme-problem/1", result)
        if row.message is None or "earlier failure" in row.message:
            return self.assertEqual(document["tool"], "acme-challenge", "it is passed on as it came")
        self.assertEqual(document["exit"], result.status)
        self.assertIn(f"{document['tool']}: error: ", result.err)


class KeyTest(BadInputTest):
    table = rows(
        ("acme-key --type dsa", 64, "dsa"),
        ("acme-key --type", 64, "--type"),
        ("acme-key --bits 2048", 64, "--bits"),
        ("acme-key new.key", 64, "new.key"),
        ("acme-key export", 64, "export"),
        ("acme-key -o new.key jwk -k site.key", 64, "jwk"),
        ("acme-key jwk --type p256 -k site.key", 64, "--type"),
        ("acme-key -k site.key", 64, "-k"),
        ("acme-key -o", 64, "-o|--output"),
        ("acme-key --passphrase secret", 64, "--passphrase"),
        ("acme-key -o site.key", 73, "site.key"),
        ("acme-key -o missing/new.key", 73, "missing"),
        ("acme-key -o web", 73, "web"),
        ("acme-key --force -o missing/new.key", 73, "missing"),
        ("acme-key >/dev/full", 74, "stdout|full|space|write"),
        ("acme-key >&-", 74, "stdout|write|closed"),
        ("acme-key -o /dev/full", 74, "/dev/full"),
        ("acme-key --version >/dev/full", 74, "stdout|full|space|write"),
        ("acme-key --help >/dev/full", 74, "stdout|full|space|write"),
        ("acme-key --encrypt", 78, "passphrase"),
        ("acme-key --encrypt --passphrase-file missing -o new.key", 66, "missing"),
        ("acme-key --encrypt --passphrase-file web -o new.key", 66, "web"),
        ("acme-key --encrypt --passphrase-file empty -o new.key", (65, 78), "empty|passphrase"),
        ("acme-key jwk <empty", 65, "nothing on stdin"),
        ("acme-key jwk <blank", 65, "stdin"),
        ("acme-key jwk <photo.png", 65, "stdin"),
        ("acme-key jwk <page.html", 65, "stdin"),
        ("acme-key jwk <order.json", 65, "stdin"),
        ("acme-key jwk <half.key", 65, "stdin"),
        ("acme-key jwk <broken.key", 65, "stdin"),
        ("acme-key jwk <public.jwk", 65, "stdin"),
        ("acme-key thumbprint <site.csr", 65, "stdin"),
        ("acme-key thumbprint <chain.pem", 65, "stdin"),
        ("acme-key thumbprint -k missing", 66, "missing"),
        ("acme-key thumbprint -k web", 66, "web"),
        ("acme-key thumbprint -k photo.png", 65, "photo.png"),
        ("acme-key thumbprint -k empty", 65, "empty"),
        ("acme-key public -k secp256k1.key", 65, "secp256k1.key"),
        ("acme-key public -k x25519.key", 65, "x25519.key"),
        ("acme-key public -k ed448.key", 65, "ed448.key"),
        ("acme-key public -k rsa1024.key", 65, "rsa1024.key"),
        ("acme-key public -k encrypted.key", 78, "passphrase"),
        ("acme-key public <encrypted.key", 78, "passphrase"),
        ("acme-key public -k encrypted.key --passphrase-file wrong-passphrase", (65, 78), "passphrase"),
        ("acme-key public -k encrypted.key --passphrase-file missing", 66, "missing"),
        ("ACME_PASSPHRASE_FILE=missing acme-key public -k encrypted.key", 66, "missing"),
        ("acme-key public -k site.key >/dev/full", 74, "stdout|full|space|write"),
        ("acme-key public -k site.key -o missing/site.pub", 73, "missing"),
        ("acme-key import <empty", 65, "nothing on stdin"),
        ("acme-key import <photo.png", 65, "stdin"),
        ("acme-key import <half.json", 65, "stdin"),
        ("acme-key import <object.json", 65, "stdin|kty"),
        ("acme-key import <array.json", 65, "stdin"),
        ("acme-key import <deep.json", 65, "stdin"),
        ("acme-key import <order.json", 65, "stdin|kty"),
        ("acme-key import <public.jwk", 65, "stdin|private|\\bd\\b"),
        ("acme-key import <site.key", 65, "stdin"),
        ("""acme-key import <<<'{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}'""", 65, "oct|stdin"),
        ("""acme-key import <<<'{"kty":"OKP","crv":"Ed25519","d":"nWGx"}'""", 65, "stdin|\\bd\\b|32|Ed25519"),
        ("""acme-key import <<<'{"kty":"EC","crv":"P-256","d":7,"x":1,"y":2}'""", 65, ""),
    )


class RequestTest(BadInputTest):
    table = rows(
        ("acme-csr -k site.key", 64, "name"),
        ("acme-csr", 64, "name"),
        ("acme-csr --sha1 one.example", 64, "--sha1"),
        ("acme-csr -k", 64, "-k|--key"),
        ("acme-csr one.example <empty", 65, "nothing on stdin"),
        ("acme-csr one.example <photo.png", 65, "stdin"),
        ("acme-csr one.example <order.json", 65, "stdin"),
        ("acme-csr one.example <half.key", 65, "stdin"),
        ("acme-csr one.example <site.csr", 65, "stdin"),
        ("acme-csr -k missing one.example", 66, "missing"),
        ("acme-csr -k web one.example", 66, "web"),
        ("acme-csr -k photo.png one.example", 65, "photo.png"),
        ("acme-csr -k x25519.key one.example", 65, "x25519.key"),
        ("acme-csr -k encrypted.key one.example", 78, "passphrase"),
        ("acme-csr -k encrypted.key --passphrase-file wrong-passphrase one.example", (65, 78), "passphrase"),
        ("acme-csr -k site.key 'one example'", 65, "one example"),
        ("acme-csr -k site.key one.example ''", 65, "name"),
        ("acme-csr -k site.key --names-from missing", 66, "missing"),
        ("acme-csr -k site.key --names-from photo.png", 65, "photo.png"),
        ("acme-csr -k site.key --names-from empty", (64, 65), "name"),
        ("acme-csr -k site.key --from-cert missing", 66, "missing"),
        ("acme-csr -k site.key --from-cert photo.png", 65, "photo.png"),
        ("acme-csr -k site.key --from-cert site.csr", 65, "site.csr"),
        ("acme-csr -k site.key --from-cert no-name.pem", 65, "name"),
        ("acme-csr -k site.key --common-name two.example one.example", (64, 65), "two.example"),
        ("acme-csr -k site.key -o missing/site.csr one.example", 73, "missing"),
        ("acme-csr -k site.key -o web one.example", 73, "web"),
        ("acme-csr -k site.key one.example >/dev/full", 74, "stdout|full|space|write"),
    )


class RegisterTest(BadInputTest):
    table = rows(
        ("acme-register <empty", 65, "nothing on stdin"),
        ("acme-register <photo.png", 65, "stdin"),
        ("acme-register <account.json", 65, "stdin"),
        ("acme-register -k missing", 66, "missing"),
        ("acme-register -k web", 66, "web"),
        ("acme-register -k half.key", 65, "half.key"),
        ("acme-register -k ed448.key", 65, "ed448.key"),
        ("acme-register -k encrypted.key", 78, "passphrase"),
        ("acme-register -k account.key --directory http://127.0.0.1/dir", 64, "http"),
        ("acme-register -k account.key --directory nobody", 64, "nobody"),
        ("ACME_DIRECTORY=ftp://127.0.0.1/ acme-register -k account.key", 64, "ftp|ACME_DIRECTORY"),
        ("acme-register -k account.key --directory", 64, "--directory"),
        ("acme-register -k account.key --contact nobody", 64, "nobody"),
        ("acme-register -k account.key --contact 'mailto:a@b.example?cc=c@d.example'", 64, "cc="),
        ("acme-register -k account.key --contact mailto:a@b.example,c@d.example", 64, "c@d"),
        ("acme-register -k account.key --contact 'mailto:me<@example.org'", 64, "a contact has to be a URI"),
        ("acme-register -k account.key --contact 'mailto:me@example.org#x'", 64, "exactly one address"),
        ("acme-register -k account.key --contact 'mailto:me%2Cyou@example.org'", 64, "exactly one address"),
        ("acme-register -k account.key --contact mailto:me.@example.org", 64, "exactly one address"),
        ("acme-register -k account.key --contact mailto:me@", 64, "exactly one address"),
        ("acme-register -k account.key --contact mailto:me@bücher.example", 64,
         "give the A-labels of its domain, mailto:me@xn--bcher-kva.example"),
        ("acme-register -k account.key --contact me@bücher.example", 64, "mailto:me@xn--bcher-kva.example"),
        ("acme-register -k account.key --contact 'mailto:bücher@example.org'", 64, "a contact has to be a URI"),
        ("acme-register -k account.key --contact 'tel:+1{2}'", 64, "a contact has to be a URI"),
        ("acme-register -k account.key --contact tel:%1", 64, "a contact has to be a URI"),
        ("acme-register -k account.key --contact 1tel:12", 64, "a contact has to be a URI"),
        ("acme-register -k account.key --contact tel:", 64, "a contact has to be a URI"),
        ("acme-register -k account.key --eab-key secret", 64, "--eab-key"),
        ("acme-register -k account.key --eab-kid kid-1", 64, "eab"),
        ("acme-register -k account.key --eab-kid kid-1 --eab-key-file missing", 66, "missing"),
        ("acme-register -k account.key --eab-kid kid-1 --eab-key-file photo.png", 65, "photo.png"),
        ("acme-register -k account.key --eab-alg HS1", 64, "HS1"),
        ("acme-register -k account.key --eab-alg HS256", 64, "--eab-alg needs --eab-kid"),
        ("acme-register -k account.key --timeout never", 64, "never|timeout"),
        ("acme-register -k account.key --timeout -1", 64, "timeout|-1"),
        ("ACME_TIMEOUT=never acme-register -k account.key", 64, "never|ACME_TIMEOUT"),
        ("acme-register -k account.key --ca-bundle missing", 66, "missing"),
        ("acme-register --insecure -k account.key", 64, "--insecure"),
    )


class ChallengeTest(BadInputTest):
    """A request in any of its forms gets as far as the CA, which is gone: 69."""

    table = rows(
        (f"acme-challenge --webroot web {CA} <empty", 65, "nothing on stdin"),
        (f"acme-challenge --webroot web {CA} <photo.png", 65, "stdin"),
        (f"acme-challenge --webroot web {CA} <half.csr", 65, "stdin"),
        (f"acme-challenge --webroot web {CA} <half.json", 65, "stdin"),
        (f"acme-challenge --webroot web {CA} <site.key", 65, "stdin"),
        (f"acme-challenge --webroot web {CA} <account.json", 65, "stdin|account"),
        (f"acme-challenge --webroot web {CA} <no-name.csr", 65, "name"),
        (f"acme-challenge --webroot web {CA} <common.csr", 69, "connect|refused"),
        (f"acme-challenge --webroot web {CA} <der.csr", 69, "connect|refused"),
        (f"acme-challenge --webroot web {CA} <new.csr", 69, "connect|refused"),
        (f"acme-challenge --webroot web {CA} <crlf.csr", 69, "connect|refused"),
        (f"acme-challenge --webroot web {CA} <text.csr", 69, "connect|refused"),
        (f"acme-challenge --webroot web {CA} <email.csr", 65, "me@one.example"),
        (f"acme-challenge --webroot web {CA} <uri.csr", 65, "https://one.example/"),
        (f"acme-challenge --webroot web {CA} <account.csr", 65, "account"),
        (f"cat order.json order.json | acme-challenge --webroot web {CA}", 65, "stdin|document"),
        ("acme-challenge --webroot web -k account.key <site.csr", 64, "account"),
        ("acme-challenge --webroot web -a account.json <site.csr", 64, "key"),
        ("acme-challenge --webroot web -a missing -k account.key <site.csr", 66, "missing"),
        ("acme-challenge --webroot web -a photo.png -k account.key <site.csr", 65, "photo.png"),
        ("acme-challenge --webroot web -a order.json -k account.key <site.csr", 65, "order.json"),
        ("acme-challenge --webroot web -a problem.json -k account.key <site.csr", 65, "problem.json"),
        ("acme-challenge --webroot web -a account.json -k missing <site.csr", 66, "missing"),
        ("acme-challenge --webroot web -a account.json -k other.key <site.csr", 65, "key"),
        ("acme-challenge --webroot web -k other.key <order.json", 65, "key"),
        (f"acme-challenge --webroot web {CA} --directory https://other.example/ <site.csr", 65, "directory|other"),
        (f"acme-challenge --webroot web {CA} --not-after yesterday <site.csr", 64, "yesterday|not-after"),
        (f"acme-challenge --webroot web {CA} --by-post <site.csr", 64, "--by-post"),
        (f"acme-challenge --webroot web {CA} --manual <site.csr", 64, "--manual needs --type"),
        (f"acme-challenge --hook true {CA} --manual --type dns-01 <site.csr", 64, "not for both"),
        (f"acme-challenge {CA} --persist --type dns-persist-01 <site.csr", 64, "--type says"),
        (f"acme-challenge {CA} --hook true --type dns-persist-01 <site.csr", 64, "--persist"),
        *((f"acme-challenge --hook true --dns-wait {seconds} {CA} <site.csr", 64, "dns-wait")
          for seconds in ("0", "-1", "1.5", "soon", "99999999999", "99999999999999999999")),
        *((f"acme-challenge --hook true --dns-wait 1 --resolver '{address}' {CA} <site.csr", 64, "resolver|ADDR")
          for address in ("", "ns1.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "[::1", "::1]:53", ":53",
                          "[192.0.2.1]:53", "192.0.2.1:53:53", "::ffff:192.0.2.1:53")),
        (f"acme-challenge --hook true --resolver 192.0.2.1 {CA} <site.csr", 64, "--resolver goes with --dns-wait"),
        (f"acme-challenge order --resolver 192.0.2.1 {CA} <site.csr", 64, "--resolver goes with --dns-follow"),
        ("acme-challenge publish --hook true --resolver ::1 <order.json", 64, "--resolver goes with --dns-follow"),
        ("acme-challenge respond --resolver ::1 -k account.key <order.json", 64, "--resolver goes with --dns-wait"),
        ("acme-challenge respond --dns-follow -k account.key <order.json", 64, "--dns-follow"),
        ("acme-challenge publish --hook true --dns-wait 1 <order.json", 64, "--dns-wait"),
        ("acme-challenge show --dns-follow <order.json", 64, "--dns-follow"),
        (f"acme-challenge --webroot web {CA} show <order.json", 64, "show"),
        (f"acme-challenge {CA} --webroot", 64, "--webroot"),
        ("acme-challenge juggle <order.json", 64, "juggle"),
        ("acme-challenge show <empty", 65, "nothing on stdin"),
        ("acme-challenge show <photo.png", 65, "stdin"),
        ("acme-challenge show <site.csr", 65, "stdin"),
        ("acme-challenge show <array.json", 65, "stdin"),
        ("acme-challenge show <null.json", 65, "stdin"),
        ("acme-challenge show <object.json", 65, "stdin|format"),
        ("acme-challenge show <deep.json", 65, "stdin"),
        ("acme-challenge show <latin.json", 65, "stdin"),
        ("acme-challenge show <future.json", 65, "acme-order/9|format"),
        ("acme-challenge show <nameless.json", 65, "format|stdin"),
        ("acme-challenge show <bare.json", 65, "stdin|order"),
        ("acme-challenge show <account.json", 65, "account|stdin"),
        ("acme-challenge show --webroot web <order.json", 64, "--webroot"),
        ("acme-challenge show <order.json >/dev/full", 74, "stdout|full|space|write"),
        ("acme-challenge show -o missing/list <order.json", 73, "missing"),
        ("acme-challenge publish <order.json", 64, "webroot|solver"),
        ("acme-challenge publish --webroot other.example=web <order.json", 64, "one.example|serve"),
        ("acme-challenge publish --webroot missing <order.json", (66, 73), "missing"),
        ("acme-challenge publish --webroot photo.png <order.json", (66, 73), "photo.png"),
        ("acme-challenge publish --webroot web -k account.key <order.json", 64, "-k"),
        ("acme-challenge clean <order.json", 64, "webroot|solver"),
        ("acme-challenge clean --webroot web <photo.png", 65, "stdin"),
        ("acme-challenge respond <order.json", 64, "key"),
        ("acme-challenge respond -k other.key <order.json", 65, "key"),
        ("acme-challenge respond -k account.key <unchosen.json", 64, "--type"),
        ("acme-challenge respond --webroot web -k account.key <order.json", 64, "--webroot"),
        ("acme-challenge wait -k account.key <half.json", 65, "stdin"),
        ("acme-challenge wait -k account.key <site.csr", 65, 'stdin: a PEM block "CERTIFICATE REQUEST" where an order'),
        ("acme-finalize -k account.key <site.csr", 65, 'stdin: a PEM block "CERTIFICATE REQUEST" where an order'),
        ("acme-challenge --webroot web -a account.key -k account.key <site.csr", 65,
         'account.key: a PEM block "PRIVATE KEY" where an account document is needed'),
        ("acme-challenge wait -k account.key <foreign.json", (65, 76), "elsewhere.example"),
        ("acme-challenge wait -k account.key <plain.json", (65, 76), "http"),
        ("acme-challenge cancel -k account.key <empty", 65, "nothing on stdin"),
        ("acme-challenge order --url http://127.0.0.1/order/1 " + CA, 64, "http"),
    )


class FinalizeTest(BadInputTest):
    table = rows(
        ("acme-finalize -k account.key <empty", 65, "nothing on stdin"),
        ("acme-finalize -k account.key <blank", 65, "stdin"),
        ("acme-finalize -k account.key <photo.png", 65, "stdin"),
        ("acme-finalize -k account.key <half.json", 65, "stdin"),
        ("acme-finalize -k account.key <site.csr", 65, "stdin"),
        ("acme-finalize -k account.key <account.json", 65, "stdin|account"),
        ("acme-finalize -k account.key <hollow.json", 65, "stdin|order|status"),
        ("cat ready.json ready.json | acme-finalize -k account.key", 65, "stdin|document"),
        ("cat problem.json ready.json | acme-finalize -k account.key", 65, "stdin|document"),
        ("acme-finalize <ready.json", 64, "key"),
        ("acme-finalize -k missing <ready.json", 66, "missing"),
        ("acme-finalize -k other.key <ready.json", 65, "key"),
        ("acme-finalize -k account.key --csr missing <ready.json", 66, "missing"),
        ("acme-finalize -k account.key --csr photo.png <ready.json", 65, "photo.png"),
        ("acme-finalize -k account.key --csr two.csr <ready.json", 65, "two.csr"),
        ("acme-finalize -k account.key --csr other.csr <ready.json", 65, "other.csr"),
        ("acme-finalize -k account.key <foreign.json", (65, 76), "elsewhere.example"),
        ("acme-finalize ready.json", 64, "ready.json"),
        ("acme-finalize --webroot web <ready.json", 64, "--webroot"),
    )


class ChainTest(BadInputTest):
    table = rows(
        ("acme-chain -k account.key <empty", 65, "nothing on stdin"),
        ("acme-chain -k account.key <photo.png", 65, "stdin"),
        ("acme-chain -k account.key <half.json", 65, "stdin"),
        ("acme-chain -k account.key <account.json", 65, "stdin|account"),
        ("acme-chain -k account.key <ready.json", 65, "certificate"),
        ("acme-chain <site.key", 65, "stdin|key"),
        ("acme-chain <site.csr", 65, "stdin"),
        ("acme-chain <strange.pem", 65, "sign|issue"),
        ("acme-chain <with-key.pem", 65, "PRIVATE KEY|certificate"),
        ("acme-chain --csr two.csr <chain.pem", 65, "name|two"),
        ("acme-chain --csr other.csr <chain.pem", 65, "key"),
        ("acme-chain --csr missing <chain.pem", 66, "missing"),
        ("acme-chain --csr site.csr <no-name.pem", 65, "name"),
        ("acme-chain -k account.key --csr two.csr <valid.json", 65, "two.csr"),
        ("acme-chain <valid.json", 64, "key"),
        ("acme-chain -k other.key <valid.json", 65, "key"),
        ("acme-chain -o missing/site.pem <chain.pem", 73, "missing"),
        ("acme-chain <chain.pem >/dev/full", 74, "stdout|full|space|write"),
        ("cat chain.pem valid.json | acme-chain -k account.key", 65, ""),
    )


class ProblemTest(BadInputTest):
    """An earlier failure: from a pipe it goes on without a word, from a file its message is said again."""

    table = rows(
        ("cat problem.json | acme-challenge wait -k account.key", 77, None),
        ("cat problem.json | acme-challenge respond", 77, None),
        ("cat problem.json | acme-challenge publish --webroot web", 77, None),
        ("cat problem.json | acme-challenge show", 77, None),
        ("cat problem.json | acme-challenge clean --webroot web", 77, None),
        ("cat problem.json | acme-challenge --webroot web", 77, None),
        ("cat problem.json | acme-finalize -k account.key", 77, None),
        ("cat problem.json | acme-finalize", 77, None),
        ("cat problem.json | acme-finalize | acme-chain -o new.pem", 77, None),
        ("cat problem.json | acme-chain", 77, None),
        ("cat problem.json | acme-chain >/dev/full", 77, None),
        ("acme-finalize <problem.json", 77, "stdin holds an earlier failure: .*the CA refused the order"),
        ("acme-challenge wait <problem.json", 77, "stdin holds an earlier failure: .*the CA refused the order"),
        ("acme-chain <problem.json", 77, "stdin holds an earlier failure: .*the CA refused the order"),
        ("acme-finalize <escape.json", 77, "stdin holds an earlier failure: .*red .*31m"),
        ("cat exit-0.json | acme-finalize", 65, None),
        ("cat exit-1.json | acme-finalize", 65, None),
        ("cat exit-63.json | acme-finalize", 65, None),
        ("cat exit-64.json | acme-finalize", 64, None),
        ("cat exit-78.json | acme-chain", 78, None),
        ("cat exit-79.json | acme-chain", 65, None),
        ("cat exit-255.json | acme-chain", 65, None),
        ("cat exit--1.json | acme-finalize", 65, None),
        ("cat exit-77.5.json | acme-finalize", 65, None),
        ("cat exit-None.json | acme-finalize", 65, None),
        ("cat exit-0.json | acme-finalize | acme-chain", 65, None),
        ("acme-finalize <exit-0.json", 65, "stdin holds an earlier failure: .*the CA refused the order"),
    )


class GoneReaderTest(ToolTest):
    """A reader that is gone is 74, no signal, and without a word: whoever went has spoken."""

    COMMANDS = ("acme-key", "acme-key --help", "acme-key --version", "acme-key public -k site.key",
                "acme-csr -k site.key one.example", "acme-challenge show <order.json", "acme-chain <chain.pem")

    def test_gone(self):
        for command in self.COMMANDS:
            with self.subTest(command):
                read, write = os.pipe()
                os.close(read)
                with open(write, "wb") as pipe:
                    done = subprocess.run(["bash", "-c", f"exec {command}"], cwd=bench().folder, env=self.env,
                                          stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.PIPE, timeout=60)
                self.assertEqual(done.returncode, 74, done)
                self.assertEqual(done.stderr, b"", done)


class TerminalTest(ToolTest):
    """Stdin that is a terminal where a document or PEM is needed: 64, with the usage, at once."""

    def test_terminal(self):
        for tool in ("acme-key jwk", "acme-key import", "acme-csr one.example", "acme-register", "acme-chain",
                     "acme-challenge --webroot web", "acme-challenge show", "acme-finalize"):
            with self.subTest(tool):
                master, slave = os.openpty()
                try:
                    with open(slave, "rb", buffering=0) as terminal:
                        result = self.run_tool(*tool.split(), stdin=terminal, timeout=20)
                finally:
                    os.close(master)
                self.fails(result, 64, "terminal|stdin")
                command = re.match("acme-[a-z]+( jwk| import| show)?", tool)[0]
                self.assertRegex(result.err, f"(?im)^acme-[a-z]+: hint: (usage: )?{command}")
