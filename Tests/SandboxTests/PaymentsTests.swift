import Testing

@testable import Sandbox

@Suite("Payments answer as the provider does")
struct PaymentsTests {
    @Test("only test keys are let in")
    func onlyTestKeysAreLetIn() async throws {
        try await RunningSandbox.run { sandbox in
            for (header, part) in [
                ("Bearer sk_live_abc", "live"), ("Bearer rk_live_abc", "live"), ("Bearer pk_test_abc", "sk_test_"),
                ("Bearer rk_test_", "rk_test_"),
                ("Bearer sk_test_", "sk_test_"),
                ("Basic c2tfdGVzdA==", "Bearer"), ("Digest x", "Bearer"),
            ] {
                let reply = try await sandbox.send("GET", "/v1/payment_intents/x", headers: ["Authorization": header])
                #expect(reply.status == 401)
                #expect((reply.error["message"] as? String)?.contains(part) == true)
                #expect(reply.headers["request-id"]?.hasPrefix("req_") == true)
            }
            #expect(try await sandbox.send("POST", "/v1/refunds").status == 401)
        }
    }

    @Test("an intent is created, confirmed and retrieved")
    func createConfirmRetrieve() async throws {
        try await RunningSandbox.run { sandbox in
            let created = try await sandbox.pay(
                "payment_intents",
                "amount=1999&currency=usd&metadata[order_id]=o-1&metadata[payment_id]=p-1&payment_method_types[0]=card")
            #expect(
                created.status == 200 && created.text("status") == "requires_payment_method"
                    && created.number("amount") == 1999)
            #expect(created.object["metadata"] as? [String: String] == ["order_id": "o-1", "payment_id": "p-1"])
            #expect(created.body.contains(#""last_payment_error":null"#))
            let id = try #require(created.text("id"))
            #expect(created.text("client_secret")?.hasPrefix(id + "_secret_") == true)
            #expect(try await sandbox.moved(id).isEmpty, "creating moves no money")
            let confirmed = try await sandbox.confirm(id)
            #expect(confirmed.text("status") == "succeeded" && confirmed.number("amount_received") == 1999)
            #expect(try await sandbox.moved(id) == ["charge 1999"])
            let entry = try #require(try await sandbox.get("/_sandbox/ledger?order_id=o-1").objects.first)
            #expect(
                entry["intent"] as? String == id && entry["currency"] as? String == "usd"
                    && (entry["at"] as? String)?.hasSuffix("Z") == true)
            #expect(try await sandbox.get("/_sandbox/ledger?order_id=other").objects.isEmpty)
            #expect(try await sandbox.status(of: id) == "succeeded")
            let again = try await sandbox.confirm(id)
            #expect(again.status == 400 && again.error["code"] as? String == "payment_intent_unexpected_state")
            #expect((again.error["payment_intent"] as? [String: Any])?["status"] as? String == "succeeded")
            #expect(try await sandbox.moved(id).count == 1)
        }
    }

    @Test("the largest amount has eight digits, and more where the provider documents more")
    func largestAmounts() async throws {
        try await RunningSandbox.run { sandbox in
            for (currency, digits) in [("usd", 8), ("jpy", 8), ("inr", 9), ("cop", 10), ("idr", 12)] {
                let largest = String(repeating: "9", count: digits)
                let accepted = try await sandbox.pay("payment_intents", "amount=\(largest)&currency=\(currency)")
                #expect(accepted.status == 200, "\(largest) \(currency)")
                let refused = try await sandbox.pay(
                    "payment_intents", "amount=1\(String(repeating: "0", count: digits))&currency=\(currency)")
                #expect(refused.error["code"] as? String == "amount_too_large", "\(currency)")
            }
        }
    }

    @Test(
        "each test card is declined with its code",
        arguments: [
            ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
            ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
            ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
            ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card", nil),
            ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", nil),
            ("pm_card_chargeDeclinedProcessingError", "processing_error", nil),
        ])
    func declines(_ method: String, _ code: String, _ declineCode: String?) async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let reply = try await sandbox.confirm(id, method, key: "k1")
            #expect(
                reply.status == 402 && reply.error["type"] as? String == "card_error"
                    && reply.error["code"] as? String == code)
            #expect(reply.error["decline_code"] as? String == declineCode)
            #expect(
                (reply.error["payment_intent"] as? [String: Any])?["status"] as? String == "requires_payment_method")
            let replay = try await sandbox.confirm(id, method, key: "k1")
            #expect(
                replay.status == 402 && replay.body == reply.body && replay.headers["idempotent-replayed"] == "true")
            #expect(try await sandbox.moved(id).isEmpty)
            #expect(try await sandbox.confirm(id, key: "k2").status == 200, "another card may follow")
        }
    }

    @Test("money moves once authentication has passed")
    func authentication() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let waiting = try await sandbox.pay(
                "payment_intents/\(id)/confirm",
                "payment_method=pm_card_authenticationRequired&return_url=https://shop.test/paid")
            #expect(waiting.text("status") == "requires_action")
            let url =
                ((waiting.object["next_action"] as? [String: Any])?["redirect_to_url"] as? [String: Any])?["url"]
                as? String
            let path = "/_sandbox/authenticate/\(id)"
            #expect(url == sandbox.urls.http + path)
            #expect(try await sandbox.get(path).body.contains("19.99 USD"))
            #expect(try await sandbox.moved(id).isEmpty)
            #expect(try await sandbox.send("POST", path, body: "result=maybe").status == 400)
            #expect(try await sandbox.send("POST", path, body: "result=success").text("status") == "succeeded")
            #expect(try await sandbox.send("POST", path, body: "result=success").status == 400)
            #expect(try await sandbox.moved(id) == ["charge 1999"])

            let refused = try await sandbox.intent()
            _ = try await sandbox.confirm(refused, "pm_card_threeDSecure2Required")
            let answer = try await sandbox.send(
                "POST", "/_sandbox/authenticate/\(refused)", headers: ["Accept": "text/html"], body: "result=failure")
            #expect(answer.body.contains("requires_payment_method") && answer.body.contains("sandbox"))
            #expect(try await sandbox.moved(refused).isEmpty)
        }
    }

    @Test("an authorized payment is captured or canceled")
    func manualCaptureAndCancel() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent(more: "&capture_method=manual")
            #expect(try await sandbox.confirm(id).text("status") == "requires_capture")
            #expect(try await sandbox.moved(id).isEmpty)
            #expect(try await sandbox.pay("payment_intents/\(id)/capture", "amount_to_capture=2000").status == 400)
            #expect(
                try await sandbox.pay("payment_intents/\(id)/capture", "amount_to_capture=1500").number(
                    "amount_received") == 1500)
            #expect(try await sandbox.moved(id) == ["charge 1500"])
            #expect(try await sandbox.pay("payment_intents/\(id)/cancel").status == 400)

            let other = try await sandbox.intent()
            let canceled = try await sandbox.pay("payment_intents/\(other)/cancel", "cancellation_reason=abandoned")
            #expect(canceled.text("status") == "canceled" && canceled.text("cancellation_reason") == "abandoned")
            #expect(try await sandbox.confirm(other).status == 400)
        }
    }

    @Test("refunds never exceed what was received")
    func refundsNeverExceedWhatWasReceived() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent(amount: 1000)
            #expect(try await sandbox.pay("refunds", "payment_intent=\(id)").status == 400, "nothing was charged yet")
            _ = try await sandbox.confirm(id)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<5 {
                    tasks.addTask { try await sandbox.pay("refunds", "payment_intent=\(id)&amount=300").status }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 200, 200, 400, 400])
            let rest = try await sandbox.pay("refunds", "payment_intent=\(id)&reason=requested_by_customer")
            #expect(rest.number("amount") == 100 && rest.text("status") == "succeeded")
            #expect(try await sandbox.pay("refunds/\(rest.text("id") ?? "")", method: "GET").number("amount") == 100)
            #expect(
                try await sandbox.pay("refunds", "payment_intent=\(id)").error["code"] as? String
                    == "charge_already_refunded")
            #expect(
                try await sandbox.moved(id) == ["charge 1000", "refund 300", "refund 300", "refund 300", "refund 100"])
        }
    }

    @Test("lists come newest first, in pages")
    func listsNewestFirstInPages() async throws {
        try await RunningSandbox.run { sandbox in
            var ids: [String] = []
            for _ in 0..<5 { ids.append(try await sandbox.intent()) }
            let first = try await sandbox.pay("payment_intents?created[gte]=1&limit=2", method: "GET")
            #expect(Self.ids(first) == [ids[4], ids[3]] && first.object["has_more"] as? Bool == true)
            let last = try await sandbox.pay(
                "payment_intents?created%5Bgte%5D=1&limit=3&starting_after=\(ids[3])", method: "GET")
            #expect(Self.ids(last) == [ids[2], ids[1], ids[0]] && last.object["has_more"] as? Bool == false)
            #expect(Self.ids(try await sandbox.pay("payment_intents?created[lt]=1000", method: "GET")).isEmpty)
            #expect(try await sandbox.pay("payment_intents?limit=101", method: "GET").status == 400)
            #expect(try await sandbox.pay("payment_intents?starting_after=pi_none", method: "GET").status == 404)
        }
    }

    @Test(
        "wrong parameters are refused by name",
        arguments: [
            ("currency=usd", "parameter_missing", "amount"), ("amount=100", "parameter_missing", "currency"),
            ("amount=1.5&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=-1&currency=usd", "parameter_invalid_integer", "amount"),
            ("amount=49&currency=usd", "amount_too_small", "amount"),
            ("amount=100000000&currency=usd", "amount_too_large", "amount"),
            ("amount=1001&currency=kwd", "parameter_invalid_integer", "amount"),
            ("amount=100&currency=USD", nil, "currency"),
            ("amount=100&currency=usd&colour=red", "parameter_unknown", "colour"),
            ("amount=100&currency=usd&payment_method=pm_x", "resource_missing", "payment_method"),
            ("amount=100&currency=usd&capture_method=later", nil, "capture_method"),
            ("amount[a]=1&currency=usd", nil, "amount"),
            ("amount=100&currency=usd&confirm=yes", nil, "confirm"),
            ("amount=100&currency=usd&metadata=x", nil, "metadata"),
        ])
    func refusedParameters(_ form: String, _ code: String?, _ param: String) async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await sandbox.pay("payment_intents", form, key: "k")
            #expect(
                reply.status == 400 && reply.error["code"] as? String == code
                    && reply.error["param"] as? String == param)
            let corrected = try await sandbox.pay("payment_intents", "amount=100&currency=usd", key: "k")
            #expect(corrected.status == 200, "a refused form leaves its key free")
        }
    }

    @Test("unknown objects are not found")
    func whatIsNotThereIsNotFound() async throws {
        try await RunningSandbox.run { sandbox in
            #expect(
                try await sandbox.pay("payment_intents/pi_none", method: "GET").error["code"] as? String
                    == "resource_missing")
            #expect(try await sandbox.confirm("pi_none").status == 404)
            #expect(try await sandbox.pay("charges").status == 404)
            let json = try await sandbox.send(
                "POST", "/v1/payment_intents",
                headers: ["Authorization": "Bearer sk_test_x", "Content-Type": "application/json"],
                body: "{}")
            #expect(json.status == 400)
            let huge = try await sandbox.pay("payment_intents", "amount=" + String(repeating: "1", count: 300_000))
            #expect(huge.status == 413 && huge.error["type"] as? String == "invalid_request_error")
        }
    }

    private static func ids(_ reply: Reply) -> [String] {
        (reply.object["data"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
    }
}
