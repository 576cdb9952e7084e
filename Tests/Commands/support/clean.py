"""What may reach a terminal."""

import unicodedata


def hidden(text):
    """The characters of `text` that can't be seen: controls, format and bidirectional ones, odd line breaks."""
    return [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")]
