import Domain
import Foundation
import JobQueue
import Postgres
import Storage
import TestSupport
import Testing

@Suite(
    "One page explains an order",
    .database(migrations: [try JobQueueMigrations.set(), try ShopMigrations.set()]))
struct OrderCommandTests {
    /// A confirmed order of a guest whose email has an unknown outcome, as the checkout would have left it.
    private func order() async throws -> (id: Order.ID, number: Int64) {
        let (order, cart, product, set) = (Order.ID(), Cart.ID(), Product.ID(), UUID())
        let token = [UInt8](repeating: 7, count: 31) + [UInt8.random(in: 0...255)]
        let address = """
            {"name": "Jo Doe", "line1": "1 High Street", "city": "Leeds", "country": "GB"}
            """
        let results = try await TestDatabase.current.pool.pipeline([
            """
            INSERT INTO carts (id, guest_token_hash, status, is_express)
            VALUES (\(cart.rawValue), \(token), 'converted', true)
            """,
            """
            INSERT INTO rate_sets (id, source, base, date, status)
            VALUES (\(set), 'ecb', 'EUR', '2026-03-01', 'superseded')
            """,
            """
            INSERT INTO orders (id, cart_id, guest_token_hash, email, shipping_address, status, currency, subtotal,
                total, rate_set_id, rate,
                                rate_base, reserved_until, confirmed_at)
            VALUES (\(order.rawValue), \(cart.rawValue), \(token), 'somebody@example.com', \(address)::jsonb,
                'confirmed', 'GBP', 2598, 2598,
                    \(set), 0.79, 'USD', now(), now())
            RETURNING number
            """,
            """
            INSERT INTO order_items (order_id, position, product_id, sku, name, quantity, unit_amount, total)
            VALUES (\(order.rawValue), 1, \(product.rawValue), 'KIT-00001', 'Calder Oak Cutting Board', 2, 1299, 2598)
            """,
            """
            INSERT INTO payments (id, order_id, seq, status, amount, currency, provider_intent_id, method)
            VALUES (\(UUID()), \(order.rawValue), 1, 'captured', 2598, 'GBP', \("pi_" + order.description),
                'pm_card_visa')
            """,
            """
            INSERT INTO order_events (order_id, kind, status, reason, at)
            VALUES (\(order.rawValue), 'placed', 'pending', NULL, now() - interval '3 seconds'),
                   (\(order.rawValue), 'confirmed', 'confirmed', NULL, now() - interval '1 second')
            """,
            """
            INSERT INTO email_deliveries (id, order_id, kind, recipient, status, attempt, reason, created_at)
            VALUES (\(UUID()), \(order.rawValue), 'order_confirmation', 'somebody@example.com', 'unknown', 1,
                'no reply after the final dot',
                    now() - interval '1 second')
            """,
        ])
        return (order, try #require(results[2].rows.first)["number"])
    }

    @Test("an order shows what was bought, paid and emailed")
    func showsWhatWasBoughtPaidAndEmailed() async throws {
        let program = try Program.forCurrentDatabase()
        let (id, number) = try await order()
        let shown = try await program.run("orders", "show", String(number))
        #expect(shown.status == .code(0), "\(shown.output)")
        for part in [
            id.description, "KIT-00001", "25.98 GBP", "captured", "pi_\(id)", "no reply after the final dot",
            "placed → pending", "guest",
        ] {
            #expect(shown.output.contains(part), "\(part)")
        }
        #expect(!shown.output.contains("somebody@example.com"))
    }

    @Test("events are told in order of time")
    func tellsWhatHappenedInOrderOfTime() async throws {
        let program = try Program.forCurrentDatabase()
        let (id, number) = try await order()
        let json = try await program.run("orders", "show", id.description, "--json").json()
        #expect(json["number"] as? Int64 == number)
        let events = (json["timeline"] as? [[String: Any]])?.compactMap { $0["event"] as? String }
        #expect(
            events == [
                "placed → pending", "confirmed → confirmed", "email order_confirmation requested",
                "email order_confirmation unknown",
            ])
        #expect((json["items"] as? [[String: Any]])?.first?["product_id"] is String)
    }

    @Test("JSON says why an order was rejected")
    func saysInJSONWhyAnOrderWasRejected() async throws {
        let program = try Program.forCurrentDatabase()
        let (id, _) = try await order()
        try await TestDatabase.current.pool.execute(
            "UPDATE orders SET rejection_reason = 'amount_too_small' WHERE id = \(id)")
        let json = try await program.run("orders", "show", id.description, "--json").json()
        #expect(json["rejection_reason"] as? String == "amount_too_small")
    }

    @Test("an operator resolves an email whose delivery is unknown")
    func unknownEmail() async throws {
        let program = try Program.forCurrentDatabase()
        let (id, _) = try await order()
        let pool = try TestDatabase.current.pool
        let rows = try await pool.query(
            """
            UPDATE email_deliveries SET updated_at = now() - interval '2 hours'
             WHERE order_id = \(id) RETURNING id::text AS id
            """
        )
        let email: String = try #require(rows.first)["id"]
        for arguments in [["emails"], ["mails", "list"]] {
            let listed = try await program.run(arguments)
            #expect(
                listed.output.contains(email) && listed.output.contains("no reply after the final dot"),
                "\(listed.output)")
        }
        #expect(try await program.run("emails", "resolve", email).status == .code(64))
        #expect(try await program.run("emails", "resolve", email, "--was-sent").output.contains("counts as sent"))
        #expect(try await program.run("mails", "settle", email, "--was-sent").status == .code(1))
        #expect(try await program.run("orders", "show", id.description).output.contains("email_sent → confirmed"))
    }

    @Test("orders are listed by what is known of them, for people and for scripts")
    func lists() async throws {
        let program = try Program.forCurrentDatabase()
        let (id, number) = try await order()
        let conditions = [
            "--number", String(number), "--email", "Somebody@example.com", "--status", "refunded", "--status",
            "confirmed", "--fulfillment", "unfulfilled", "--payment-status", "captured", "--provider-id", "pi_\(id)",
            "--placed-from", "1h", "--currency", "GBP", "--total-min", "25.98", "--total-max", "26",
        ]
        let listed = try await program.run(["orders", "list"] + conditions)
        #expect(listed.status == .code(0), "\(listed.output)")
        #expect(listed.output.contains(String(number)) && listed.output.contains("25.98 GBP"), "\(listed.output)")
        #expect(!listed.output.contains("somebody@example.com"))
        let json = try await program.run(["orders", "list", "--json"] + conditions).json()
        #expect((json["items"] as? [[String: Any]])?.map { $0["id"] as? String } == [id.description])
        #expect(json["next_cursor"] is NSNull)
        let none = try await program.run("orders", "list", "--number", String(number), "--placed-to", "1h")
        #expect(none.output.contains("There are none."))
        for wrong in [
            ["--number", "0"], ["--email", "x"], ["--customer", "x"], ["--status", "shipped"], ["--total-min", "1"],
            ["--currency", "XX"], ["--limit", "101"], ["--placed-from", "1h", "--placed-to", "2h"],
        ] {
            #expect(try await program.run(["orders", "list"] + wrong).status == .code(64), "\(wrong)")
        }
        let forged = try await program.run("orders", "list", "--cursor", "garbage")
        #expect(forged.status == .code(1) && forged.output.contains("cursor"), "\(forged.output)")
    }

    @Test("an order is shipped in parts, each run once for its key")
    func ships() async throws {
        let program = try Program.forCurrentDatabase()
        let (id, number) = try await order()
        let pool = try TestDatabase.current.pool
        try await pool.execute("UPDATE payments SET captured_amount = amount WHERE order_id = \(id)")
        let part = ["orders", "ship", String(number), "--item", "KIT-00001=1", "--carrier", "DHL", "--key", "k"]
        let first = try await program.run(part + ["--tracking-url", "https://dhl.example/1"])
        #expect(first.status == .code(0) && first.output.contains("on its way"), "\(first.output)")
        let again = try await program.run(part + ["--tracking-url", "https://dhl.example/1"])
        #expect(again.output.contains("recorded before"), "\(again.output)")
        #expect(try await program.run(part).output.contains("another shipment"))
        let tooMany = try await program.run("orders", "ship", String(number), "--item", "KIT-00001=2")
        #expect(tooMany.status == .code(1) && tooMany.output.contains("At most 1 of KIT-00001"), "\(tooMany.output)")
        let rest = try await program.run("orders", "ship", String(number), "--json").json()
        #expect((rest["items"] as? [[String: Any]])?.first?["quantity"] as? Int == 1)
        let over = try await program.run("orders", "ship", String(number))
        #expect(over.status == .code(1) && over.output.contains("shipped or refunded already"), "\(over.output)")
        let shown = try await program.run("orders", "show", String(number)).output
        #expect(
            shown.contains("DHL") && shown.contains("fulfilled") && shown.contains("shipped → confirmed"), "\(shown)")
        for wrong in [
            ["--item", "KIT-00001"], ["--item", "KIT-00001=0"], ["--item", "A=1", "--item", "A=2"], ["--carrier", ""],
            ["--tracking-number", "no_1"], ["--tracking-url", "javascript:alert(1)"], ["--key", ""],
        ] {
            #expect(try await program.run(["orders", "ship", String(number)] + wrong).status == .code(64), "\(wrong)")
        }
    }

    @Test("notes of staff stand where they were written")
    func notes() async throws {
        let program = try Program.forCurrentDatabase()
        let (id, _) = try await order()
        try await TestDatabase.current.pool.execute(
            """
            INSERT INTO order_notes (id, order_id, author, text)
            VALUES (\(UUID()), \(id), 'system:test', 'Ring twice.')
            """)
        let json = try await program.run("orders", "show", id.description, "--json").json()
        let last = (json["timeline"] as? [[String: Any]])?.last
        #expect(last?["event"] as? String == "note by system:test" && last?["reason"] as? String == "Ring twice.")
        #expect((json["notes"] as? [[String: Any]])?.count == 1)
    }

    @Test("an unknown order is reported")
    func saysWhenThereIsNone() async throws {
        let program = try Program.forCurrentDatabase()
        let missing = try await program.run("orders", "show", "999999999")
        #expect(missing.status == .code(1))
        #expect(missing.output.contains("There is no such order."))
    }
}
