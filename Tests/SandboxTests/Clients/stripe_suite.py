"""The sandbox's payments, used through Stripe's own client as its users use it."""

import time
import unittest
import uuid

import stripe

from sandbox import URL, Receiver, SandboxTest, call

SECRET = "whsec_clients"


def client(key="sk_test_clients", **options):
    return stripe.StripeClient(key, base_addresses={"api": URL}, **options)


class StripeTest(SandboxTest):
    def setUp(self):
        self.stripe = client(max_network_retries=0)
        self.order = str(uuid.uuid4())

    def intent(self, amount=1999, currency="usd", options=None, **more):
        params = {
            "amount": amount,
            "currency": currency,
            "payment_method_types": ["card"],
            "metadata": {"order_id": self.order},
            **more,
        }
        return self.stripe.v1.payment_intents.create(params, options or {})

    def paid(self, method="pm_card_visa", **more):
        return self.intent(payment_method=method, confirm=True, **more)

    def refused(self, kind, action):
        with self.assertRaises(kind) as caught:
            action()
        return caught.exception

    def moved(self):
        return [(entry["kind"], entry["amount"]) for entry in call("GET", "/_sandbox/ledger?order_id=" + self.order)]


class Payments(StripeTest):
    def test_create_confirm_retrieve(self):
        intent = self.intent()
        self.assertEqual("requires_payment_method", intent.status)
        intent = self.stripe.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
        self.assertEqual(("succeeded", 1999), (intent.status, intent.amount_received))
        self.assertEqual(intent.id, self.stripe.v1.payment_intents.retrieve(intent.id).id)
        self.assertEqual([("charge", 1999)], self.moved())

    def test_the_module_s_own_functions(self):
        intent = stripe.PaymentIntent.create(
            api_key="sk_test_clients", amount=500, currency="eur", payment_method_types=["card"],
            metadata={"order_id": self.order}
        )
        intent.confirm(payment_method="pm_card_mastercard")
        self.assertEqual("succeeded", intent.status)
        refund = stripe.Refund.create(api_key="sk_test_clients", payment_intent=intent.id, amount=100)
        self.assertEqual(("succeeded", {}), (refund.status, refund.metadata.to_dict()))

    def test_what_was_sent_comes_back(self):
        shipping = {"name": "Ada", "address": {"line1": "1 Street", "city": "London", "country": "GB"}, "phone": "123"}
        intent = self.intent(
            shipping=shipping, description="Order 1", receipt_email="ada@example.org",
            statement_descriptor_suffix="ORDER 1"
        )
        self.assertEqual(("Ada", "GB", None),
            (intent.shipping.name, intent.shipping.address.country, intent.shipping.address.line2))
        self.assertEqual(("Order 1", "ada@example.org"), (intent.description, intent.receipt_email))
        changed = self.stripe.v1.payment_intents.update(intent.id,
            {"amount": 2500, "metadata": {"order_id": "", "note": "ä"}})
        self.assertEqual((2500, {"note": "ä"}), (changed.amount, changed.metadata.to_dict()))

    def test_expand(self):
        intent = self.paid("pm_card_amex", expand=["latest_charge.balance_transaction", "payment_method"])
        card = intent.latest_charge.payment_method_details.card
        self.assertEqual(("amex", "0005", 16), (card.brand, card.last4, len(card.fingerprint)))
        self.assertEqual("balance_transaction", intent.latest_charge.balance_transaction.object)
        self.assertEqual("card", intent.payment_method.type)
        plain = self.stripe.v1.payment_intents.retrieve(intent.id)
        self.assertTrue(plain.latest_charge.startswith("ch_"))
        page = self.stripe.v1.charges.list(
            {"payment_intent": intent.id, "expand": ["data.payment_intent", "data.refunds"]})
        self.assertEqual((intent.id, []), (page.data[0].payment_intent.id, page.data[0].refunds.data))
        error = self.refused(
            stripe.InvalidRequestError,
            lambda: self.stripe.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charges"]})
        )
        self.assertIn("latest_charges", str(error))

    def test_partial_capture_gives_the_rest_back(self):
        intent = self.paid(amount=4699, capture_method="manual")
        self.assertEqual(("requires_capture", 4699), (intent.status, intent.amount_capturable))
        error = self.refused(
            stripe.InvalidRequestError,
            lambda: self.stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 4700}),
        )
        self.assertEqual(("amount_too_large", "amount_to_capture"), (error.code, error.param))
        intent = self.stripe.v1.payment_intents.capture(intent.id,
            {"amount_to_capture": 500, "expand": ["latest_charge"]})
        self.assertEqual((500, 0, 4699), (intent.amount_received, intent.amount_capturable, intent.amount))
        charge = intent.latest_charge
        self.assertEqual((500, 4199, False), (charge.amount_captured, charge.amount_refunded, charge.refunded))
        self.assertEqual([("charge", 500)], self.moved())

    def test_cancel(self):
        intent = self.paid(capture_method="manual")
        intent = self.stripe.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
        self.assertEqual(("canceled", "abandoned"), (intent.status, intent.cancellation_reason))
        error = self.refused(stripe.InvalidRequestError, lambda: self.stripe.v1.payment_intents.capture(intent.id))
        self.assertEqual(("payment_intent_unexpected_state", 400), (error.code, error.http_status))
        self.assertEqual("canceled", error.error.payment_intent.status)

    def test_refunds(self):
        intent = self.paid()
        part = self.stripe.v1.refunds.create(
            {"payment_intent": intent.id, "amount": 800, "reason": "requested_by_customer"})
        rest = self.stripe.v1.refunds.create({"charge": intent.latest_charge, "metadata": {"refund_id": "r"}})
        self.assertEqual((800, 1199), (part.amount, rest.amount))
        error = self.refused(stripe.InvalidRequestError,
            lambda: self.stripe.v1.refunds.create({"payment_intent": intent.id}))
        self.assertEqual("charge_already_refunded", error.code)
        listed = self.stripe.v1.refunds.list({"payment_intent": intent.id})
        self.assertEqual([rest.id, part.id], [refund.id for refund in listed.data])
        changed = self.stripe.v1.refunds.update(part.id, {"metadata": {"note": "x"}})
        self.assertEqual("x", changed.metadata["note"])
        self.refused(stripe.InvalidRequestError, lambda: self.stripe.v1.refunds.cancel(part.id))
        self.assertTrue(self.stripe.v1.charges.retrieve(intent.latest_charge).refunded)

    def test_a_refund_that_bounces_says_why(self):
        intent = self.paid("pm_card_refundFail")
        refund = self.stripe.v1.refunds.create({"payment_intent": intent.id})
        call("POST", "/_sandbox/advance?order_id=" + self.order)
        refund = self.stripe.v1.refunds.retrieve(refund.id)
        self.assertEqual(("failed", "expired_or_canceled_card"), (refund.status, refund.failure_reason))

    def test_authentication(self):
        with_return = self.paid("pm_card_authenticationRequired", return_url="https://shop.test/back")
        self.assertEqual("requires_action", with_return.status)
        self.assertEqual("https://shop.test/back", with_return.next_action.redirect_to_url.return_url)
        without = self.paid("pm_card_authenticationRequired")
        self.assertEqual("use_stripe_sdk", without.next_action.type)
        call("POST", "/_sandbox/authenticate/" + with_return.id, "result=success")
        self.assertEqual("succeeded", self.stripe.v1.payment_intents.retrieve(with_return.id).status)
        away = self.refused(stripe.CardError, lambda: self.paid("pm_card_authenticationRequired", off_session=True))
        self.assertEqual(("authentication_required", "authentication_required"), (away.code, away.error.decline_code))
        strict = self.refused(stripe.CardError,
            lambda: self.paid("pm_card_authenticationRequired", error_on_requires_action=True))
        self.assertEqual("requires_payment_method", strict.error.payment_intent.status)

    def test_automatic_payment_methods_want_a_place_to_come_back_to(self):
        params = {"amount": 500, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa"}
        error = self.refused(stripe.InvalidRequestError, lambda: self.stripe.v1.payment_intents.create(params))
        self.assertIn("return_url", str(error))
        methods = {"enabled": True, "allow_redirects": "never"}
        intent = self.stripe.v1.payment_intents.create({**params, "automatic_payment_methods": methods})
        self.assertEqual(("succeeded", "never"), (intent.status, intent.automatic_payment_methods.allow_redirects))
        intent = self.stripe.v1.payment_intents.create({**params, "return_url": "https://shop.test/back"})
        self.assertEqual("succeeded", intent.status)

    def test_disputes(self):
        intent = self.paid()
        dispute = call("POST", "/_sandbox/disputes", "payment_intent=" + intent.id)
        dispute = self.stripe.v1.disputes.retrieve(dispute["id"], {"expand": ["charge"]})
        self.assertEqual(("needs_response", intent.latest_charge, True),
            (dispute.status, dispute.charge.id, dispute.charge.disputed))
        self.assertGreater(dispute.evidence_details.due_by, time.time())
        dispute = self.stripe.v1.disputes.update(dispute.id,
            {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True})
        self.assertEqual(("under_review", 1), (dispute.status, dispute.evidence_details.submission_count))
        call("POST", "/_sandbox/advance?order_id=" + self.order)
        self.assertEqual("won", self.stripe.v1.disputes.retrieve(dispute.id).status)
        self.assertEqual([("charge", 1999), ("dispute", 1999), ("dispute_won", 1999)], self.moved())


class Errors(StripeTest):
    def test_declines(self):
        for method, code, decline_code, last4 in [
            ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline", "0002"),
            ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "9995"),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card", None, "0069"),
        ]:
            with self.subTest(method):
                error = self.refused(stripe.CardError, lambda: self.paid(method))
                self.assertEqual((402, code, decline_code), (error.http_status, error.code, error.error.decline_code))
                self.assertEqual("requires_payment_method", error.error.payment_intent.status)
                self.assertEqual(last4, error.error.payment_method.card.last4)
                self.assertEqual("failed", self.stripe.v1.charges.retrieve(error.error.charge).status)
                self.assertTrue(error.request_id.startswith("req_"))

    def test_parameters(self):
        for params, code, param in [
            ({"amount": 100, "currency": "usd", "colour": "red"}, "parameter_unknown", "colour"),
            ({"amount": 100, "currency": "usd", "shipping": {"name": "a", "address": {"street": "x"}}},
                "parameter_unknown", "shipping[address][street]"),
            ({"amount": 100, "currency": "usd", "shipping": {"address": {"line1": "x"}}}, "parameter_missing",
                "shipping[name]"),
            ({"amount": 100}, "parameter_missing", "currency"),
            ({"currency": "usd"}, "parameter_missing", "amount"),
            ({"amount": 49, "currency": "usd"}, "amount_too_small", "amount"),
            ({"amount": 100_000_000, "currency": "usd"}, "amount_too_large", "amount"),
            ({"amount": 12_345, "currency": "kwd"}, "parameter_invalid_integer", "amount"),
            ({"amount": 1_050, "currency": "isk"}, "parameter_invalid_integer", "amount"),
            ({"amount": 100, "currency": "xyz"}, None, "currency"),
            ({"amount": 100, "currency": "usd", "payment_method": "pm_nope"}, "resource_missing", "payment_method"),
            ({"amount": 100, "currency": "usd", "customer": "cus_nope"}, "resource_missing", "customer"),
            ({"amount": 100, "currency": "usd", "return_url": "https://x.test"}, None, "return_url"),
            ({"amount": 100, "currency": "usd", "off_session": True}, None, "off_session"),
            ({"amount": 100, "currency": "usd", "metadata": {"k" * 41: "v"}}, None, "metadata[" + "k" * 41 + "]"),
            ({"amount": 100, "currency": "usd", "receipt_email": "nobody"}, "email_invalid", "receipt_email"),
            ({"amount": 100, "currency": "usd", "payment_method_types": ["sofa"]}, "payment_intent_invalid_parameter",
                "payment_method_types[0]"),
            ({"amount": 100, "currency": "usd", "description": "\0" * 3, "nul\0": "x"}, "parameter_unknown", "nul\0"),
        ]:
            with self.subTest(param=param, code=code):
                error = self.refused(stripe.InvalidRequestError, lambda: self.stripe.v1.payment_intents.create(params))
                self.assertEqual((400, code, param), (error.http_status, error.code, error.param))

    def test_misspelt_parameters_are_named_all_and_one_is_guessed(self):
        error = self.refused(
            stripe.InvalidRequestError,
            lambda: self.stripe.v1.payment_intents.create(
                {"amount": 100, "currency": "usd", "payment_method_type": ["card"]}),
        )
        self.assertIn("Received unknown parameter: payment_method_type. Did you mean payment_method_types?", str(error))
        error = self.refused(
            stripe.InvalidRequestError,
            lambda: self.stripe.v1.refunds.create({"payment_intent": "pi_x", "b": "1", "a": "1"})
        )
        self.assertIn("Received unknown parameters: a, b", str(error))

    def test_what_is_not_there(self):
        for action in [
            lambda: self.stripe.v1.payment_intents.retrieve("pi_none"),
            lambda: self.stripe.v1.charges.retrieve("ch_none"),
            lambda: self.stripe.v1.refunds.retrieve("re_none"),
            lambda: self.stripe.v1.disputes.retrieve("du_none"),
            lambda: self.stripe.v1.events.retrieve("evt_none"),
            lambda: self.stripe.v1.payment_methods.retrieve("pm_none"),
        ]:
            error = self.refused(stripe.InvalidRequestError, action)
            self.assertEqual((404, "resource_missing"), (error.http_status, error.code))

    def test_keys(self):
        def create(key):
            return client(key, max_network_retries=0).v1.payment_intents.create(
                {"amount": 100, "currency": "usd", "metadata": {"order_id": self.order}}
            )

        self.assertEqual(401, self.refused(stripe.AuthenticationError, lambda: create("sk_live_somebody")).http_status)
        self.assertEqual(401, self.refused(stripe.AuthenticationError, lambda: create("pk_test_public")).http_status)
        self.assertEqual("requires_payment_method", create("rk_test_whatever").status)
        self.assertEqual("requires_payment_method", create("rk_test_payment_intent_write_x").status)
        for key in ["rk_test_none", "rk_test_read_all", "rk_test_charge_write"]:
            error = self.refused(stripe.PermissionError, lambda: create(key))
            self.assertIn("rak_payment_intent_write", str(error))
        client("rk_test_read_all").v1.payment_intents.list({"limit": 1})

    def test_a_version_that_is_none(self):
        error = self.refused(stripe.InvalidRequestError, lambda: self.intent(options={"stripe_version": "soon"}))
        self.assertIn("Invalid Stripe API version", str(error))

    def test_the_provider_s_own_failures(self):
        self.misbehave({"kind": "429", "count": 1})
        self.refused(stripe.RateLimitError, lambda: self.intent())
        self.misbehave({"kind": "error_500_before", "count": 1})
        self.assertEqual(500, self.refused(stripe.APIError, lambda: self.intent()).http_status)
        self.misbehave({"kind": "drop_before", "count": 1})
        self.refused(stripe.APIConnectionError, lambda: self.intent())


class Idempotency(StripeTest):
    def test_a_key_answers_once(self):
        key = {"idempotency_key": str(uuid.uuid4())}
        first, again = self.intent(options=key), self.intent(options=key)
        self.assertEqual(first.id, again.id)
        self.assertEqual("true", again.last_response.headers["idempotent-replayed"])
        self.assertEqual(key["idempotency_key"], again.last_response.headers["idempotency-key"])
        error = self.refused(stripe.IdempotencyError, lambda: self.intent(amount=500, options=key))
        self.assertEqual(400, error.http_status)

    def test_a_decline_is_replayed(self):
        key = {"idempotency_key": str(uuid.uuid4())}
        params = {"payment_method": "pm_card_chargeDeclined"}
        intent = self.intent()
        first, again = (
            self.refused(stripe.CardError, lambda: self.stripe.v1.payment_intents.confirm(intent.id, params, key))
            for _ in range(2)
        )
        self.assertEqual(first.error.charge, again.error.charge)

    def test_the_client_tries_again_by_itself_and_pays_once(self):
        for fault in ["drop_after_commit", "drop_before", "error_500_before", "409", "429"]:
            with self.subTest(fault):
                self.order = str(uuid.uuid4())
                self.misbehave({"kind": fault, "count": 1, "endpoint": "create"})
                self.stripe = client(max_network_retries=3)
                self.assertEqual("succeeded", self.paid().status)
                self.assertEqual([("charge", 1999)], self.moved())


class Lists(StripeTest):
    def test_pages_turn_by_themselves(self):
        since = int(time.time())
        made = [self.intent().id for _ in range(23)]
        params = {"limit": 5, "created": {"gte": since}}
        mine = [
            intent.id
            for intent in self.stripe.v1.payment_intents.list(params).auto_paging_iter()
            if intent.metadata.to_dict().get("order_id") == self.order
        ]
        self.assertEqual(list(reversed(made)), mine)
        back = self.stripe.v1.payment_intents.list({"limit": 5, "ending_before": made[0]})
        self.assertEqual(list(reversed(made[1:6])), [intent.id for intent in back.data])
        self.assertTrue(back.has_more)
        self.assertEqual(made[1:], [intent.id for intent in back.auto_paging_iter()][:22])

    def test_bounds(self):
        for params, param in [
            ({"limit": 0}, "limit"),
            ({"limit": 101}, "limit"),
            ({"starting_after": "pi_none"}, "starting_after"),
            ({"starting_after": "pi_a", "ending_before": "pi_b"}, "ending_before"),
            ({"created": {"after": 1}}, "created[after]"),
        ]:
            error = self.refused(stripe.InvalidRequestError, lambda: self.stripe.v1.payment_intents.list(params))
            self.assertEqual(param, error.param)


class Webhooks(StripeTest):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        call("POST", "/_sandbox/webhooks",
            {"url": self.receiver.url, "secret": SECRET, "api_version": "2024-10-28.acacia"})

    def tearDown(self):
        super().tearDown()
        self.receiver.stop()

    def events(self, wanted):
        """The events of this test's order that came, once they satisfy a condition on their types."""

        def read(hooks):
            events = []
            for headers, body in hooks:
                try:
                    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET,
                        api_key="sk_test_clients")
                except stripe.SignatureVerificationError:
                    continue
                events.append(event)
            return events

        return read(self.receiver.wait(lambda hooks: wanted({event.type for event in read(hooks)})))

    def test_a_payment_s_life_is_told_signed(self):
        intent = self.paid()
        self.stripe.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
        expected = {
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "refund.created",
            "charge.refunded",
        }
        events = {event.type: event for event in self.events(lambda types: expected <= types)}
        self.assertEqual("2024-10-28.acacia", events["refund.created"].api_version)
        self.assertEqual(intent.id, events["refund.created"].data.object.payment_intent)
        self.assertEqual(500, events["charge.refunded"].data.object.amount_refunded)
        self.assertEqual(0, events["charge.refunded"].data.previous_attributes.amount_refunded)
        listed = self.stripe.v1.events.list({"types": ["refund.created", "charge.refunded"], "limit": 2})
        self.assertEqual({"refund.created", "charge.refunded"}, {event.type for event in listed.data})

    def test_forgeries_are_told_apart(self):
        self.misbehave({"kind": "webhook_bad_signature"})
        self.intent()
        hooks = self.receiver.wait(lambda hooks: len(hooks) >= 2)
        genuine = 0
        for headers, body in hooks:
            try:
                stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
                genuine += 1
            except stripe.SignatureVerificationError:
                pass
        self.assertEqual(1, genuine)

    def test_old_ones_are_told_apart(self):
        self.misbehave({"kind": "webhook_old_timestamp"})
        self.intent()
        hooks = self.receiver.wait(lambda hooks: len(hooks) >= 2)
        refused = 0
        for headers, body in hooks:
            try:
                stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
            except stripe.SignatureVerificationError as error:
                self.assertIn("tolerance", str(error))
                refused += 1
        self.assertEqual(1, refused)

    def test_thin_events(self):
        related = {"id": "pi_1", "type": "payment_intent", "url": "/v1/payment_intents/pi_1"}
        call("POST", "/_sandbox/webhooks/thin", {"type": "v1.payment_intent.succeeded", "related_object": related})
        headers, body = self.receiver.wait(lambda hooks: len(hooks) >= 1)[0]
        event = self.stripe.parse_event_notification(body, headers["Stripe-Signature"], SECRET)
        self.assertEqual(("v1.payment_intent.succeeded", "pi_1"), (event.type, event.related_object.id))
        with self.assertRaises(ValueError):
            stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)


if __name__ == "__main__":
    stripe.api_base = URL
    stripe.max_network_retries = 0
    unittest.main()
