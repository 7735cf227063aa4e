import Testing

@testable import Sandbox

@Suite("A charge says which card it was, what moved of it and what went back")
struct ChargesTests {
    private static func charge(_ sandbox: RunningSandbox, of intent: String) async throws -> [String: Any] {
        let reply = try await sandbox.pay("payment_intents/\(intent)?expand[]=latest_charge", method: "GET")
        return try #require(reply.object["latest_charge"] as? [String: Any])
    }

    private static func card(_ charge: [String: Any]) -> [String: Any]? {
        (charge["payment_method_details"] as? [String: Any])?["card"] as? [String: Any]
    }

    @Test(
        "a charge names its card",
        arguments: [
            ("pm_card_visa", "visa", "4242"), ("pm_card_mastercard", "mastercard", "4444"),
            ("pm_card_amex", "amex", "0005"),
            ("pm_card_refundFail", "visa", "5126"), ("pm_card_createDispute", "visa", "0259"),
        ])
    func theCardIsSaid(_ method: String, _ brand: String, _ last4: String) async throws {
        try await RunningSandbox.run { sandbox in
            let (one, other) = (try await sandbox.intent(), try await sandbox.intent())
            #expect(
                try await sandbox.confirm(one, method).text("latest_charge")?.hasPrefix("ch_") == true,
                "an id unless expanded")
            _ = try await sandbox.confirm(other, method)
            let charge = try await Self.charge(sandbox, of: one)
            let card = try #require(Self.card(charge))
            #expect(card["brand"] as? String == brand && card["last4"] as? String == last4)
            let again = Self.card(try await Self.charge(sandbox, of: other))
            #expect(
                (card["fingerprint"] as? String)?.count == 16
                    && card["fingerprint"] as? String == again?["fingerprint"] as? String)
        }
    }

    @Test("a decline names the card and the charge that failed")
    func declineNamesItsCard() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let error = try await sandbox.confirm(id, "pm_card_visa_chargeDeclined").error
            let method = try #require(error["payment_method"] as? [String: Any])
            #expect((method["card"] as? [String: Any])?["last4"] as? String == "0002")
            #expect((method["card"] as? [String: Any])?["fingerprint"] is String)
            let charge = try await sandbox.pay("charges/\(try #require(error["charge"] as? String))", method: "GET")
            #expect(charge.text("status") == "failed" && charge.text("failure_code") == "card_declined")
            #expect(charge.number("amount_captured") == 0 && charge.object["paid"] as? Bool == false)
            _ = try await sandbox.confirm(id)
            #expect(try await sandbox.pay("charges?payment_intent=\(id)", method: "GET").body.contains("\"failed\""))
            #expect(try await Self.charge(sandbox, of: id)["status"] as? String == "succeeded")
        }
    }

    @Test("a partial capture moves that much and voids the rest")
    func partialCapture() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent(amount: 4699, more: "&capture_method=manual")
            #expect(try await sandbox.confirm(id).number("amount_capturable") == 4699)
            #expect(try await Self.charge(sandbox, of: id)["captured"] as? Bool == false)
            let captured = try await sandbox.pay("payment_intents/\(id)/capture", "amount_to_capture=500")
            #expect(captured.number("amount_received") == 500 && captured.number("amount_capturable") == 0)
            #expect(captured.number("amount") == 4699 && captured.text("status") == "succeeded")
            var charge = try await Self.charge(sandbox, of: id)
            #expect(charge["amount_captured"] as? Int == 500 && charge["amount_refunded"] as? Int == 4199)
            #expect(charge["refunded"] as? Bool == false)
            #expect(try await sandbox.pay("refunds", "payment_intent=\(id)&amount=501").status == 400)
            #expect(try await sandbox.pay("refunds", "payment_intent=\(id)").number("amount") == 500)
            charge = try await Self.charge(sandbox, of: id)
            #expect(charge["amount_refunded"] as? Int == 4699 && charge["refunded"] as? Bool == true)
            #expect(try await sandbox.moved(id) == ["charge 500", "refund 500"])
        }
    }

    @Test("a refund can be made with nothing but the charge")
    func refundByCharge()
        async throws
    {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let charge = try #require(try await sandbox.confirm(id).text("latest_charge"))
            let refund = try await sandbox.pay("refunds", "charge=\(charge)&amount=800")
            #expect(
                refund.text("payment_intent") == id && (refund.object["metadata"] as? [String: Any])?.isEmpty == true)
            let refundID = try #require(refund.text("id"))
            #expect(try await sandbox.pay("charges/\(charge)?expand[]=refunds", method: "GET").body.contains(refundID))
            #expect(try await sandbox.pay("charges/\(charge)", method: "GET").object["refunds"] == nil)
        }
    }

    @Test("a canceled authorization moved nothing")
    func aCanceledAuthorizationMovedNothing() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent(more: "&capture_method=manual")
            _ = try await sandbox.confirm(id)
            #expect(try await sandbox.pay("payment_intents/\(id)/cancel").text("status") == "canceled")
            let charge = try await Self.charge(sandbox, of: id)
            #expect(charge["amount_captured"] as? Int == 0 && charge["captured"] as? Bool == false)
            #expect(try await sandbox.moved(id).isEmpty)
        }
    }
}
