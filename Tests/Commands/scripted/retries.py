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


def looked_up_between(test, journey):
    """No challenge is answered a second time before its authorization was asked for again, unless the CA had said that
    nothing was done: by 503, or by refusing the nonce."""
    doubtful = set()
    for request in journey.ca.requests:
        if request.where == "authorization":
            doubtful.discard(request.rest)
        elif request.where == "challenge":
            authorization = request.rest.rsplit("/", 1)[0]
            test.assertNotIn(authorization, doubtful, journey)
            if request.status not in (400, 503):
                doubtful.add(authorization)
