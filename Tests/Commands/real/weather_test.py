"""A CA as it may be: it refuses good nonces, remembers proofs, takes its time."""

import pytest
from testbed import VERBS, PipelineTest

NAMES = ["example.org", "www.example.org"]


class Calm(PipelineTest):
    """The others do the same, in worse weather."""

    def test_pipeline(self):
        self.issue(*NAMES)

    def test_verbs_in_a_row(self):
        self.issue(*NAMES, pipeline=VERBS)


class EveryFifthNonceRefused(Calm):
    SETTINGS = {"PEBBLE_WFE_NONCEREJECT": 20}


class MostNoncesRefused(Calm):
    SETTINGS = {"PEBBLE_WFE_NONCEREJECT": 60}


@pytest.mark.takes_longer
class MostNoncesRefusedForLong(PipelineTest):
    """Enough requests for the rare long runs of bad luck."""

    SETTINGS = MostNoncesRefused.SETTINGS

    def test_hundred_names(self):
        self.issue(*(f"host{n}.example.org" for n in range(100)))


class SlowValidation(Calm):
    """Each of the three looks that Pebble takes at a proof begins up to two seconds late."""

    SETTINGS = {"PEBBLE_VA_NOSLEEP": 0, "PEBBLE_VA_SLEEPTIME": 3}


class ProofsRemembered(Calm):
    """Names that the account has proved once are valid from the start."""

    SETTINGS = {"PEBBLE_AUTHZREUSE": 100}

    def test_nothing_is_proved_again(self):
        self.issue(*NAMES)
        heard = len(self.testbed.requests())
        self.issue(*NAMES)
        self.assertEqual([r for r in self.testbed.requests(since=heard) if "/chalZ/" in r], [])

    def test_only_the_new_name_is_proved(self):
        self.issue("example.org")
        heard = len(self.testbed.requests())
        self.issue("example.org", "new.example.org")
        self.assertEqual(len([r for r in self.testbed.requests(since=heard) if "/chalZ/" in r]), 1)

    def test_no_web_root_is_needed(self):
        """The pipeline may then run where there is none."""
        self.issue(*NAMES)
        self.csr(*NAMES)
        self.ok(self.sh("acme-challenge <site.csr | acme-finalize | acme-chain -o again.pem"))
        self.good_chain("again.pem", NAMES)

    def test_without_a_web_root_the_first_time(self):
        """Only the CA knows whether a proof is needed, so this is said after the order."""
        self.csr(*NAMES)
        self.fails(self.sh("acme-challenge <site.csr | acme-finalize | acme-chain -o site.pem"), 64,
                   "^acme-challenge: error: ")
