"""Checks on when something was tried again, for rows of a journey."""

import datetime


def retry_at(seconds):
    """For told(): `retryAt` is so many seconds from now, give or take a minute."""
    def check(document):
        at = datetime.datetime.fromisoformat(document["retryAt"])
        assert document["retryAt"].endswith("Z"), document["retryAt"]
        return abs((at - datetime.datetime.now(datetime.timezone.utc)).total_seconds() - seconds) < 60
    return check


def much_later(document):
    """For told(): `retryAt` is days away, however far the CA's own time was."""
    at = datetime.datetime.fromisoformat(document["retryAt"])
    return at - datetime.datetime.now(datetime.timezone.utc) > datetime.timedelta(days=7)


def waited(where, seconds):
    """The second request of this kind didn't come before its time."""
    def check(test, journey):
        first, second = journey.ca.asked(where)[:2]
        test.assertGreaterEqual(second.at - first.at, seconds - 0.1, journey)
    return check
