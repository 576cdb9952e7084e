"""What is explained of an external account binding holds nothing that the MAC key has made."""

import base64
import re

import jose
from scripted_ca import ScriptedCA
from tools import ToolTest

MAC_KEY = b"thirty-two bytes for the binding"


class BindingExplained(ToolTest):

    def test_its_signature_is_not_shown(self):
        with ScriptedCA(eab={"kid-1": MAC_KEY}) as ca:
            self.ok(self.run_tool("acme-key", "-o", "account.key"))
            (self.dir / "eab.key").write_text(jose.b64(MAC_KEY) + "\n")
            result = self.ok(self.run_tool(
                "acme-register", "-k", "account.key", "--agree-tos", "--eab-kid", "kid-1", "--eab-key-file", "eab.key",
                "--directory", f"{ca.base}/directory", "--ca-bundle", ca.bundle, "--explain"), quiet=False)
        binding = ca.asked("new-account")[-1].payload["externalAccountBinding"]
        shown = re.sub(r"\n(acme-register: *)?", " ", result.err)
        decoded = [base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("latin-1")
                   for word in re.findall(r"[\w-]{40,}", shown) if len(word) % 4 != 1]
        self.assertNotIn(binding["signature"], " ".join([shown, *decoded]))
        self.assertIn("No line to check it is shown", shown)
        self.assertEqual(shown.count("openssl dgst"), 1, "the look-up's own signature can be checked")
