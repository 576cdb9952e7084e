"""acme-register's verbs but rollover, against a CA that isn't as it should be, and against one that is."""

import json
import re
import shutil

import pytest
from acme_objects import Order
from faults import (changed, done_but, dropped, html, lost, refuses, rewritten, says, with_headers, with_members)
from journey import EVERY, kit
from scripted_ca import ScriptedCA
from terminal import Session
from tools import ToolTest

ME, YOU = "mailto:me@example.org", "mailto:you@example.org"


class AccountVerbs(ToolTest):

    def setup_method(self):
        super().setup_method()
        shutil.copy(kit().folder / "account.key", self.dir)

    def ca(self, *script, budget=20, **habits):
        ca = self.enterContext(ScriptedCA(script, **habits))
        self.account = ca.open_account(kit().jwk, [ME])
        self.env |= {"ACME_DIRECTORY": ca.directory, "ACME_CA_BUNDLE": str(ca.bundle), "ACME_TIMEOUT": str(budget)}
        return ca

    def verb(self, *words, **more):
        return self.run_tool("acme-register", *words, "-k", "account.key", **more)

    def document(self, result):
        document = json.loads(self.ok(result).text)
        self.assertEqual((document["format"], document["url"]), ("acme-account/1", self.account.url))
        return document


class Keys(AccountVerbs):
    """Where a verb has its key from."""

    def test_from_the_environment(self):
        self.ca()
        self.env["ACME_ACCOUNT_KEY"] = "account.key"
        self.document(self.run_tool("acme-register", "show"))

    def test_not_without_a_verb(self):
        ca = self.ca()
        self.env["ACME_ACCOUNT_KEY"] = "account.key"
        self.fails(self.run_tool("acme-register"), 65, "nothing on stdin")
        self.assertEqual(ca.requests, [])

    def test_nowhere(self):
        ca = self.ca()
        for verb in (("show",), ("update", "--no-contact"), ("deactivate", "--yes"), ("orders",), ("caa", "a.example")):
            with self.subTest(verb):
                self.fails(self.run_tool("acme-register", *verb), 64, "the account's key is missing")
        self.assertEqual(ca.requests, [])

    def test_no_account(self):
        ca = self.ca()
        ca.accounts.clear()
        for verb in ("show",), ("update", "--no-contact"), ("deactivate", "--yes"), ("orders",):
            with self.subTest(verb):
                result = self.fails(self.verb(*verb), 78, "no account has this key")
                self.assertRegex(result.err, "hint: is that the account's key, and its CA .*acme-register makes an acc")
        self.assertEqual(ca.accounts, {})

    def test_a_look_up_that_is_refused_oddly(self):
        self.ca(("new-account", EVERY, refuses("malformed", 400, "never heard of it")))
        result = self.fails(self.verb("show"), 77, "never heard of it")
        self.assertRegex(result.err, "hint: has the key an account at this CA .*acme-register makes one")

    def test_a_closed_account(self):
        self.ca(("new-account", EVERY, refuses("unauthorized", 401, "it is deactivated")))
        result = self.fails(self.verb("show"), 78, "it is deactivated")
        self.assertIn("hint: where the account of this key was deactivated, make another", result.err)


class Show(AccountVerbs):

    def test_by_the_key_alone(self):
        ca = self.ca()
        document = self.document(self.verb("show"))
        self.assertEqual(document["account"]["contact"], [ME])
        self.assertEqual(ca.asked("new-account")[0].payload, {"onlyReturnExisting": True})

    def test_a_document_says_which_ca(self):
        ca = self.ca()
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        del self.env["ACME_DIRECTORY"]
        self.document(self.verb("show", "-a", "account.json"))
        self.assertEqual(ca.asked("directory"), [])

    def test_a_document_that_is_lost(self):
        """It is what `show` is about to write: only where an option names it, it has to be there."""
        self.ca()
        self.env["ACME_ACCOUNT"] = "account.json"
        self.ok(self.verb("show", "-o", "account.json"))
        self.document(self.verb("show"))
        (self.dir / "account.json").unlink()
        for words in ("show", "-a", "account.json"), ("orders",), ("update", "--no-contact"), ("deactivate", "--yes"):
            with self.subTest(words):
                result = self.fails(self.verb(*words), 66, "account.json")
                self.assertIn("hint: acme-register show -k KEY -o FILE writes the document of KEY's account", result.err)

    def test_an_account_that_isn_t_valid(self):
        self.ca(("new-account", EVERY, with_members(status="revoked")))
        self.fails(self.verb("show"), 78, "is revoked")


class Update(AccountVerbs):

    def sent(self, ca):
        return [request.payload for request in ca.asked("account")]

    def test_another_contact(self):
        ca = self.ca()
        document = self.document(self.verb("update", "--contact", YOU))
        self.assertEqual(document["account"]["contact"], [YOU])
        self.assertEqual(self.sent(ca), [{"contact": [YOU]}])

    def test_two_contacts(self):
        ca = self.ca()
        self.document(self.verb("update", "--contact", YOU, "--contact", ME))
        self.assertEqual(self.sent(ca), [{"contact": [YOU, ME]}])

    def test_no_contact(self):
        ca = self.ca()
        self.assertEqual(self.document(self.verb("update", "--no-contact"))["account"]["contact"], [])
        self.assertEqual(self.sent(ca), [{"contact": []}])

    def test_the_terms(self):
        ca = self.ca()
        self.document(self.verb("update", "--agree-tos"))
        self.assertEqual(self.sent(ca), [{"termsOfServiceAgreed": True}])

    def test_the_way_back_helps(self):
        """Pasted into the same shell, in which no variable says anything."""
        ca = self.ca()
        shutil.copy(self.env.pop("ACME_CA_BUNDLE"), self.dir / "its root")
        del self.env["ACME_DIRECTORY"]
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        shutil.copy(self.dir / "account.key", self.dir / "a key")
        for words in (f"-k 'a key' --directory {ca.directory}", "-k 'a key' -a account.json",
                      "-a account.json --signer \"acme-key sign -k 'a key'\""):
            with self.subTest(words):
                result = self.sh(f"acme-register update --contact {YOU} --ca-bundle 'its root' {words} >/dev/full")
                self.fails(result, 74, "no space left")
                line = re.search("hint: (.*) writes the document of the account that the key has\n$", result.err)[1]
                self.assertEqual(self.document(self.sh(line))["account"]["contact"], [YOU])

    def test_what_is_so_already_is_not_sent(self):
        ca = self.ca()
        self.document(self.verb("update", "--contact", ME))
        self.assertEqual(self.sent(ca), [])
        self.document(self.verb("update", "--contact", ME, "--agree-tos"))
        self.assertEqual(self.sent(ca), [{"termsOfServiceAgreed": True}])

    def test_nothing_to_change(self):
        ca = self.ca()
        self.fails(self.verb("update"), 64, "nothing is to be changed")
        self.fails(self.verb("update", "--no-contact", "--contact", ME), 64, "contradict")
        self.assertEqual(ca.requests, [])

    def test_a_contact_that_the_ca_doesn_t_like(self):
        self.ca(("account", EVERY, refuses("unsupportedContact", 400, "no such place")))
        self.fails(self.verb("update", "--contact", YOU), 77, "no such place")

    def test_a_contact_that_the_ca_doesn_t_take(self):
        self.ca(("account", EVERY, with_members(contact=[ME])))
        result = self.verb("update", "--contact", YOU)
        self.assertEqual(result.status, 0, result)
        self.assertRegex(result.err, f"^acme-register: warning: .*the account's contact is {ME}\n$")

    def test_terms_that_a_person_has_to_look_at(self):
        self.ca(("account", EVERY, refuses("userActionRequired", 403, "new terms", {"instance": "https://ca.example/7"})))
        self.assertIn("https://ca.example/7", self.fails(self.verb("update", "--agree-tos"), 78, "new terms").err)

    def test_the_answer_is_lost(self):
        ca = self.ca(("account", 1, lost))
        self.document(self.verb("update", "--contact", YOU))
        self.assertEqual(self.account.contact, [YOU])
        self.assertEqual(ca.violations, [])

    def test_an_answer_without_an_account(self):
        for body in b"", b"<html>", b"{}", b'{"status":7}':
            with self.subTest(body):
                ca = self.ca(("account", 1, rewritten(lambda _: body)))
                document = self.document(self.verb("update", "--contact", YOU))
                self.assertEqual((document["account"]["contact"], len(ca.asked("account"))), ([YOU], 1))

    def test_a_page_in_the_ca_s_place(self):
        """What was asked for is asked for again, unless the look-up shows that it is so now."""
        for fault in html(200), says(200), says(204):
            for words in ("--agree-tos",), ("--contact", YOU), ("--no-contact",), ("--contact", YOU, "--agree-tos"):
                with self.subTest(fault, words=words):
                    ca = self.ca(("account", 1, fault))
                    self.document(self.verb("update", *words))
                    self.assertEqual((len(self.sent(ca)), ca.violations), (2, []))
                    ca = self.ca(("account", EVERY, fault))
                    result = self.fails(self.verb("update", *words), 76, "update of the account .* shows no account")
                    self.assertIn("hint: nobody knows yet whether the CA has heard of it: run the same again", result.err)
                    self.assertNotIn("acme-account/1", result.text)
                    self.assertEqual(len(self.sent(ca)), 3)

    def test_what_the_look_up_can_t_show(self):
        """New terms that are agreed to, and that a CA keeps no contact that has shown none before."""
        for contact, words in ([ME], ("--agree-tos",)), ([], ("--no-contact",)):
            with self.subTest(words):
                ca = self.ca(("account", EVERY, rewritten(lambda _: b"")))
                self.account.contact = contact
                self.fails(self.verb("update", *words), 76, "shows no account")
                self.assertEqual(len(self.sent(ca)), 3)

    def test_what_the_ca_refuses_after_a_page(self):
        ca = self.ca(("account", 1, html(200)), ("account", 2, refuses("userActionRequired", 403, "new terms", {
            "instance": "https://ca.example/7"})))
        result = self.fails(self.verb("update", "--agree-tos"), 78, "new terms")
        self.assertRegex(result.err, "hint: a person has to visit https://ca.example/7\n$")
        self.assertEqual(len(self.sent(ca)), 2)


class Deactivate(AccountVerbs):

    def test_unasked(self):
        ca = self.ca()
        document = self.document(self.verb("deactivate", "--yes"))
        self.assertEqual((document["account"]["status"], self.account.status), ("deactivated", "deactivated"))
        self.assertEqual([request.payload for request in ca.asked("account")], [{"status": "deactivated"}])

    def test_neither_asked_nor_sure(self):
        ca = self.ca()
        result = self.fails(self.verb("deactivate", start_new_session=True), 64, "there is no terminal to ask on")
        self.assertIn("hint: give --yes", result.err)
        self.assertEqual(ca.requests, [])

    def test_asked(self):
        self.ca()
        session = Session(self, "acme-register deactivate -k account.key -o closed.json")
        session.until(f"close the account {self.account.url} for good?").type("yes\n")
        self.assertEqual(session.end(), 0)
        self.assertEqual(json.loads((self.dir / "closed.json").read_text())["account"]["status"], "deactivated")

    def test_declined(self):
        for answer in "no\n", "\n", "y\n", "\x04":
            with self.subTest(answer):
                ca = self.ca()
                session = Session(self, "acme-register deactivate -k account.key -o closed.json")
                session.until("for good?").type(answer)
                self.assertEqual(session.end(), 78)
                self.assertEqual((self.account.status, ca.asked("account")), ("valid", []))

    def test_the_answer_is_lost(self):
        for fault in lost, done_but(500), dropped:
            for closed in None, refuses("unauthorized", 401, "it is deactivated"):
                with self.subTest(fault, closed=closed):
                    look = [("new-account", n, closed) for n in (2, 3)] if closed and fault is not dropped else []
                    ca = self.ca(("account", 1, fault), *look)
                    document = self.document(self.verb("deactivate", "--yes"))
                    self.assertEqual((document["account"]["status"], self.account.status), ("deactivated",) * 2)
                    self.assertEqual(ca.violations, [])

    def test_it_is_done_late(self):
        """Refused is the second try, for the first has closed the account meanwhile; or nothing has."""
        def late(request, go):
            go()
            return refused(request, go)
        refused = refuses("unauthorized", 401, "it is deactivated")
        self.ca(("account", 1, dropped), ("account", 2, late))
        self.assertEqual(self.document(self.verb("deactivate", "--yes"))["account"]["status"], "deactivated")
        self.ca(("account", 1, dropped), ("account", 2, refused))
        result = self.fails(self.verb("deactivate", "--yes"), 77, "it is deactivated")
        self.assertIn("hint: nobody knows yet whether the account is closed", result.err)
        self.assertEqual(self.account.status, "valid")

    def test_what_a_proxy_says_after_the_answer_was_lost(self):
        """It tells nothing of the account."""
        for fault in html(404), html(403), says(429, "slowly"), refuses("malformed", 400, "what?"):
            with self.subTest(fault):
                ca = self.ca(("account", 1, dropped), ("new-account", 2, fault))
                result = self.fails(self.verb("deactivate", "--yes"), 69, "the answer was lost")
                self.assertIn("hint: nobody knows yet whether the account is closed: run the same again", result.err)
                self.assertNotIn("acme-account/1", result.text)
                self.assertEqual((self.account.status, len(ca.asked("account"))), ("valid", 1))

    def test_an_answer_without_an_account(self):
        for body in b"", b"<html>", b"{}", b'{"status":7}':
            with self.subTest(body):
                self.ca(("account", 1, rewritten(lambda _: body)))
                document = self.document(self.verb("deactivate", "--yes"))
                self.assertEqual((document["account"]["status"], self.account.status), ("deactivated",) * 2)
        self.ca(("account", 1, rewritten(lambda _: b"")), ("new-account", 2, html(404)))
        result = self.fails(self.verb("deactivate", "--yes"), 76, "doesn't say what the account is now")
        self.assertIn("hint: nobody knows yet whether the account is closed", result.err)

    def test_closed_already(self):
        ca = self.ca()
        self.account.status = "deactivated"
        result = self.verb("deactivate", "--yes")
        self.assertEqual(result.status, 0)
        self.assertRegex(result.err, "^acme-register: warning: .* is deactivated already\n$")
        self.assertEqual(ca.asked("account"), [])

    def test_closed_already_and_shown_to_nobody(self):
        """RFC 8555 §7.3.6: whatever the account's key signs is refused. That it is this account its document says."""
        closed = refuses("unauthorized", 401, "it is deactivated")
        for status in "valid", "deactivated":
            with self.subTest(status):
                ca = self.ca(("new-account", EVERY, closed), ("account", EVERY, closed))
                self.account.status = status
                (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
                result = self.verb("deactivate", "--yes", "-a", "account.json")
                self.assertEqual(result.status, 0, result)
                self.assertRegex(result.err, "^acme-register: warning: the account .* is deactivated already.*\n$")
                document = json.loads(result.text)
                self.assertEqual((document["url"], document["account"]["status"]), (self.account.url, "deactivated"))
                (self.dir / "account.json").write_text(result.text)
                self.assertEqual(self.verb("deactivate", "--yes", "-a", "account.json").status, 0)
                self.assertEqual(ca.violations, [])
                refused = self.fails(self.verb("deactivate", "--yes"), 78, "it is deactivated")
                self.assertIn("hint: an account that is closed already is refused so; given its document, by -a", refused.err)

    def test_refused_at_the_look_up_alone(self):
        ca = self.ca(("new-account", 1, refuses("unauthorized", 401, "not you")))
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        self.assertEqual(self.verb("deactivate", "--yes", "-a", "account.json").status, 0)
        self.assertEqual(self.account.status, "deactivated")

    def test_what_says_nothing_of_a_closed_account(self):
        """After a rollover the old key has none; and a proxy refuses anything."""
        none, closed = refuses("accountDoesNotExist", 400, "no such key"), refuses("unauthorized", 401, "not you")
        for script, status in [
            ([("new-account", EVERY, none), ("account", EVERY, closed)], 78),
            ([("new-account", EVERY, html(403)), ("account", EVERY, closed)], 77),
            ([("new-account", EVERY, closed), ("account", EVERY, refuses("malformed", 400, "not by this key"))], 77),
        ]:
            with self.subTest(status=status):
                ca = self.ca(*script)
                (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
                result = self.fails(self.verb("deactivate", "--yes", "-a", "account.json"), status, ".")
                self.assertNotIn("acme-account/1", result.text)

    def test_refused(self):
        self.ca(("account", EVERY, refuses("unauthorized", 403, "you may not")))
        self.fails(self.verb("deactivate", "--yes"), 77, "you may not")
        self.ca(("account", EVERY, with_members(status="valid")))
        self.fails(self.verb("deactivate", "--yes"), 76, "took the deactivation, but")


class Orders(AccountVerbs):

    def listed(self, count, *script, **habits):
        """The run's result, with so many orders at the CA."""
        ca = self.ca(*script, **habits)
        for number in range(count):
            asked = {"identifiers": [{"type": "dns", "value": f"n{number}.example"}]}
            self.order(ca, asked)
        self.urls = list(ca.orders)
        result = self.verb("orders")
        self.assertEqual(ca.violations, [], result)
        return result, ca

    def order(self, ca, asked):
        wanted = [(i["type"], i["value"]) for i in asked["identifiers"]]
        order = Order(ca, ca.url("order", len(ca.orders) + 1), self.account, wanted, asked)
        ca.orders[order.url] = order

    def test_pages(self):
        for count, pages in (0, 1), (1, 1), (2, 1), (3, 2), (5, 3):
            with self.subTest(count):
                result, ca = self.listed(count)
                self.assertEqual(self.ok(result).text.split(), self.urls)
                self.assertEqual(len(ca.asked("orders")), pages)

    def test_an_order_that_is_on_two_pages(self):
        result, _ = self.listed(3, ("orders", 2, changed(lambda object: object["orders"].insert(0, self.urls[1]))))
        self.assertEqual(self.ok(result).text.split(), self.urls)

    def test_the_array_alone(self):
        def alone(request, go):
            answer = go()
            answer.json = answer.json["orders"]
            return answer
        result, _ = self.listed(3, ("orders", EVERY, alone))
        self.assertEqual(self.ok(result).text.split(), self.urls)

    def test_a_path_to_the_next_page(self):
        def by_path(request, go):
            answer = go()
            if "Link" in answer.headers:
                answer.headers["Link"] = answer.headers["Link"].replace(f"https://{request.headers['Host']}/", "/")
            return answer
        result, ca = self.listed(5, ("orders", EVERY, by_path))
        self.assertEqual(self.ok(result).text.split(), self.urls)
        self.assertEqual(len(ca.asked("orders")), 3)

    def back(self, request, go):
        answer = go()
        answer.headers["Link"] = f'<https://{request.headers["Host"]}/orders/1>;rel="next"'
        return answer

    def test_a_list_that_leads_back(self):
        result, ca = self.listed(3, ("orders", EVERY, self.back))
        self.fails(result, 76, "leads back to")
        self.assertEqual((result.out, len(ca.asked("orders"))), (b"", 1))

    @pytest.mark.takes_longer
    def test_a_list_without_an_end(self):
        def on(request, go):
            answer = go()
            page = int(request.rest.partition("/")[2] or 0) + 1
            answer.headers["Link"] = f'<https://{request.headers["Host"]}/orders/1/{page}>;rel="next"'
            return answer
        result, ca = self.listed(1, ("orders", EVERY, on), budget=200)
        self.fails(result, 76, "more than 1000 pages")
        self.assertEqual(len(ca.asked("orders")), 1000)

    def test_what_is_no_list(self):
        for fault, message in [
            (says(200, {}), '"orders" is missing'), (says(200, "7"), '"orders" is missing'), (html(200), "list of orders"),
            (says(200, {"orders": [7]}), "no URL"), (says(200, {"orders": ["http://127.0.0.1/1"]}), "https"),
            (says(200, {"orders": ["https://elsewhere.example/1"]}), "on another server"),
            (with_headers(Link='<https://elsewhere.example/2>;rel="next"'), "on another server"),
            (with_headers(Link='<//elsewhere.example/2>;rel="next"'), "https"),
        ]:
            with self.subTest(message):
                result, _ = self.listed(1, ("orders", EVERY, fault))
                self.assertEqual(self.fails(result, 76, message).out, b"")

    def test_refused(self):
        result, _ = self.listed(1, ("orders", EVERY, refuses("unauthorized", 401, "not for you")))
        self.fails(result, 77, "not for you")

    def test_a_list_elsewhere(self):
        for url, message in ("https://elsewhere.example/o", "on another server"), ("http://127.0.0.1/o", "https"):
            result, _ = self.listed(1, ("new-account", EVERY, with_members(orders=url)))
            self.fails(result, 76, message)

    def test_no_list(self):
        result, _ = self.listed(1, ("new-account", EVERY, with_members(orders=None)))
        self.fails(result, 77, 'lists no orders: the account .* has no "orders"')


class Records(AccountVerbs):

    META = {"caaIdentities": ["ca.example"]}

    def records(self, *words, meta=META, document=False):
        self.there = self.ca(meta=meta)
        if not document:
            return self.verb(*words)
        (self.dir / "account.json").write_text(self.there.account_document(kit().jwk))
        return self.run_tool("acme-register", *words, "-a", "account.json")

    def test_caa(self):
        for document in False, True:
            with self.subTest(document):
                result = self.records("caa", "one.example", "*.one.example", "Bücher.example", document=document)
                value = f'"ca.example; accounturi={self.account.url}"\n'
                self.assertEqual(self.ok(result).text, f"one.example. IN CAA 0 issue {value}"
                                 f"one.example. IN CAA 0 issuewild {value}xn--bcher-kva.example. IN CAA 0 issue {value}")
                self.assertEqual(self.there.requests == [], document)

    def test_caa_by_some_methods(self):
        result = self.records("caa", "--type", "dns-01", "--type", "http-01", "one.example")
        self.assertIn("; validationmethods=dns-01,http-01\"\n", self.ok(result).text)
        for odd in "", "a;b", "dns 01", "DNS-01":
            self.fails(self.records("caa", "--type", odd, "one.example"), 64, ".")

    def test_caa_of_several_identities(self):
        meta = {"caaIdentities": ["a.example", "b.example", "a.example", "B.example"]}
        result = self.records("caa", "--type", "dns-01", "--type", "dns-01", "one.example", meta=meta)
        self.assertEqual(self.ok(result).text.count("; validationmethods=dns-01\"\n"), 2)
        self.assertEqual([line.split()[5] for line in self.ok(result).text.splitlines()],
                         ['"a.example;', '"b.example;'])

    def test_a_ca_without_identities(self):
        self.fails(self.records("caa", "one.example", meta={}), 77, "doesn't say by which name it goes in CAA records")
        self.fails(self.records("persist", "one.example", meta={}), 77, "neither an issuer nor a CAA identity")

    def test_persist(self):
        result = self.records("persist", "one.example", "*.one.example")
        value = f'_validation-persist.one.example. IN TXT "ca.example; accounturi={self.account.url}'
        self.assertEqual(self.ok(result).text, f'{value}"\n{value}; policy=wildcard"\n')
        result = self.records("persist", "one.example", meta=self.META | {"issuerDomainNames": ["issuer.example"]})
        self.assertIn('"issuer.example; accounturi=', self.ok(result).text)

    def test_a_prefix_that_is_no_url(self):
        """What stands in a zone file as it is."""
        for prefix in 'https://ca.example/"\\x/', "http://ca.example/", "urn:x:", "https://ca.example/" + "a" * 5000:
            with self.subTest(prefix):
                meta = {"issuerDomainNames": ["ca.example"], "accountHashPrefix": prefix}
                for document in False, True:
                    result = self.records("persist", "one.example", meta=meta, document=document)
                    self.fails(result, 76, "the CA's accountHashPrefix: ")
                    self.assertEqual(result.out, b"")

    def test_a_name_that_has_no_room_for_a_label(self):
        name = ".".join(["a" * 60] * 4) + ".example"
        result = self.fails(self.records("persist", name[4:]), 65, "the DNS name _validation-persist.a.* is too long")
        self.assertEqual(result.out, b"")
        self.assertIn(name[20:] + ". IN TXT", self.ok(self.records("persist", name[20:])).text)
        self.ok(self.records("caa", name[4:]))

    def test_names_that_have_none(self):
        for verb in "caa", "persist":
            for name in "192.0.2.1", "one..example", "":
                with self.subTest(verb, name=name):
                    self.fails(self.records(verb, name), 65, ".")
            self.fails(self.records(verb), 64, "name")

    def test_a_key_that_was_named_is_checked(self):
        self.ok(self.run_tool("acme-key", "-o", "other.key"))
        ca = self.ca(meta=self.META)
        (self.dir / "account.json").write_text(ca.account_document(kit().jwk))
        result = self.run_tool("acme-register", "caa", "-a", "account.json", "-k", "other.key", "one.example")
        self.fails(result, 65, "isn't that of the account document")
