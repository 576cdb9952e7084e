"""The JSON Schemas that are installed, and what they have against a document."""

import functools
import json

import jsonschema
from tools import REPO

FOLDER = REPO / "scripts" / "share" / "schemas"
NAMES = ("acme-account-1", "acme-order-1", "acme-renewal-1", "acme-problem-1", "acme-trace", "acme-chain-list",
         "acme-hook")


@functools.cache
def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


@functools.cache
def validator(name):
    """One that finds the schemas beside it, as a user's would."""
    resolver = jsonschema.RefResolver(f"{FOLDER.as_uri()}/{name}.json", load(name))
    return jsonschema.Draft202012Validator(load(name), resolver=resolver)


def complaints(document, name=None):
    """Where `document` isn't as its schema says: the one that its format names, or `name`."""
    name = name or document["format"].replace("/", "-")
    return [f"{error.json_path}: {error.message[:300]}" for error in validator(name).iter_errors(document)]
