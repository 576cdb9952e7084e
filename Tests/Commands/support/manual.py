"""The manual's pages, as tests read them: what stands there is what they run."""

import re

from tools import REPO

MAN = REPO / "man"


def section(page, name):
    """The lines of a page between the heading `name` and the next one."""
    text = (MAN / page).read_text(encoding="utf-8")
    return re.search(rf"^\.Sh {re.escape(name)}\n(.*?)(?=^\.Sh |\Z)", text, re.M | re.S)[1]


def literal_blocks(source):
    """What a reader sees in the literal blocks: roff's own backslashes are resolved."""
    for block in re.findall(r"^\.Bd -literal -offset indent\n(.*?)^\.Ed$", source, re.M | re.S):
        yield literal(block)


def literal(block):
    """What a reader sees of the lines in a literal block."""
    block = block.replace("\\\n", "")
    strange = re.search(r"\\[^e]|^[.']", block, re.M)
    assert not strange, f"the test doesn't know this piece of roff: {strange[0]!r}"
    return block.replace(r"\e", "\\")
