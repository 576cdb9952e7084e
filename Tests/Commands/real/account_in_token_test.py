"""The account's key, and the site's, in a PKCS#11 token that never gives them away."""

import json

import pytest
from softhsm import Token
from testbed import PIPELINE, VERBS, PipelineTest
from tools import quoted


class AccountInToken(PipelineTest):

    def account(self, kind="EC:prime256v1"):
        if not hasattr(self, "token"):
            self.token = Token(self.dir / "token")
            self.env |= self.token.env | {"ACME_PASSPHRASE_FILE": "token/pin"}
        self.uri = self.token.make(f"account{len(self.token.names)}", kind)
        self.ok(self.run_tool("acme-register", "-k", self.uri, "--agree-tos", "-o", "account.json"))
        self.env |= {"ACME_ACCOUNT": "account.json", "ACME_ACCOUNT_KEY": self.uri}

    @pytest.mark.parametrize("kind", ["EC:prime256v1", "EC:secp384r1", "rsa:2048"])
    def test_the_whole_pipeline(self, kind):
        self.account(kind)
        for pipeline in PIPELINE, VERBS:
            self.issue("example.org", "www.example.org", pipeline=pipeline)

    def test_many_names(self):
        self.issue(*(f"n{number}.example.org" for number in range(20)))

    def test_the_site_s_key_too(self):
        site = self.token.make("site", "EC:prime256v1")
        self.ok(self.run_tool("acme-csr", "-k", site, "-o", "site.csr", "example.org"))
        self.ok(self.sh('acme-challenge --webroot "$WEBROOT" <site.csr | acme-finalize | acme-chain -o site.pem'))
        public = self.ok(self.run_tool("acme-key", "public", "-k", site)).out
        self.assertEqual(self.openssl("x509", "-in", "site.pem", "-noout", "-pubkey").out, public)
        self.ok(self.run_tool("acme-revoke", "--cert-key", site, stdin=self.read("site.pem")))

    def test_with_a_hook(self):
        """Hooks are run by a process that was begun before the token was opened."""
        (self.dir / "hook").write_text(
            '#!/bin/sh\nfile="$WEBROOT/$ACME_HTTP_PATH"\nmkdir -p "${file%/*}"\n'
            '[ "$1" = cleanup ] && exec rm "$file"\nprintf %s "$ACME_KEY_AUTHORIZATION" >"$file"\n')
        (self.dir / "hook").chmod(0o755)
        self.csr("example.org")
        self.ok(self.sh("acme-challenge --hook ./hook --type http-01 <site.csr | acme-finalize | acme-chain -o site.pem"))
        self.assertEqual(self.testbed.tokens(), [])

    def test_behind_a_signer(self):
        """The token on another host."""
        self.env["ACME_SIGNER"] = quoted("acme-key", "sign", "-k", self.env.pop("ACME_ACCOUNT_KEY"))
        self.issue("example.org")

    def test_another_s_key(self):
        self.csr("example.org")
        other = self.token.make("other", "EC:prime256v1")
        result = self.run_tool("acme-challenge", "order", "-k", other, stdin=self.read("site.csr"))
        self.fails(result, 65, "the account key isn't that of the account document: its thumbprint is")
        self.assertEqual(json.loads(result.out)["exit"], 65)
        self.assertIn("hint: a pkcs11: URI that fits several keys means any one of them: id= in it says which", result.err)
