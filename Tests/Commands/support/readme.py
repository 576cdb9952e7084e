"""The examples of the README, which tests run so that the page and the tools can't drift apart."""

import re
import textwrap

from tools import REPO

README = (REPO / "README.md").read_text(encoding="utf-8")


def example(*words):
    """The only indented block that holds all these words."""
    blocks = re.findall(r"^(?:(?: {4}|\t).*\n|\n(?= {4}|\t))+", README, re.M)
    found, = (block for block in blocks if all(word in block for word in words))
    return textwrap.dedent(found).strip("\n") + "\n"


def alternative(block):
    """The block with its other choice: what follows `# or, …:` in comments stands for the line before that."""
    choice = re.compile(r"^.*\n *# or, .*:\n((?: *# .*\n)+)", re.M)
    changed, count = choice.subn(lambda found: found[1].replace("# ", ""), block)
    assert count == 1, block
    return changed
