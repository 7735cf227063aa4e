import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Operators ship orders, and customers see it", .database(migrations: try Shop.migrations()))
struct AdminShipmentRoutesTests {
    /// An order over two anvils, paid.
    private func paid(_ member: Member, in shop: Shop, as status: String = "captured") async throws -> (String, Product)
    {
        let anvil = try await shop.addProduct(price: 1999)
        let placed = try await shop.send(
            .post, "/orders", Shop.order(Shop.items(anvil, 2), email: nil), token: member.accessToken,
            headers: [.idempotencyKey: UUID().uuidString])
        try await shop.settle(member.id, as: .confirmed)
        let id = try placed.text("id")
        try await shop.database.execute(
            """
            UPDATE payments SET status = \(status), provider_intent_id = \("pi_" + id),
                captured_amount = CASE WHEN \(status) = 'captured' THEN amount ELSE 0 END
             WHERE order_id = \(id)::uuid
            """)
        return (id, anvil)
    }

    private func ship(
        _ id: String, _ body: String?, _ token: String, key: String = UUID().uuidString, in shop: Shop
    ) async throws -> Answer {
        try await shop.send(.post, "/admin/orders/\(id)/shipments", body, token: token, headers: [.idempotencyKey: key])
    }

    @Test("an order is shipped in parts, a repeated request ships once, and its customer sees carrier and pieces")
    func parts() async throws {
        try await Shop.open { shop in
            let (customer, staff) = (try await shop.register(), try await shop.register(role: .operator))
            let (id, anvil) = try await paid(customer, in: shop)
            let body = """
                {"items": [{"product_id": "\(anvil.id)", "quantity": 1}], "carrier": "DHL", "tracking_number": "0034 1",
                 "tracking_url": "https://dhl.example/?id=1"}
                """
            let first = try await ship(id, body, staff.accessToken, key: "k", in: shop)
            #expect(first.status == 201)
            #expect(first["carrier"] == .string("DHL") && first["tracking_number"] == .string("0034 1"))
            #expect(first["items", "0", "quantity"] == .integer(1) && first["delivered_at"] == .null)
            let again = try await ship(id, body, staff.accessToken, key: "k", in: shop)
            #expect(again.status == 200 && again.headers[.idempotentReplayed] == "true")
            #expect(again["id"] == first["id"])
            #expect(try await ship(id, nil, staff.accessToken, key: "k", in: shop).problem == "idempotency_key_reused")

            let own = try await shop.send(.get, "/orders/\(id)", token: customer.accessToken)
            #expect(own["fulfillment_status"] == .string("partially_fulfilled"))
            #expect(own["shipments", "0", "tracking_url"] == .string("https://dhl.example/?id=1"))
            let cancel = try await shop.send(.post, "/orders/\(id)/cancel", token: customer.accessToken)
            #expect(cancel.problem == "order_already_shipped")
            let tooMany = try await ship(
                id, #"{"items": [{"product_id": "\#(anvil.id)", "quantity": 2}]}"#, staff.accessToken, in: shop)
            #expect(tooMany.fieldErrors == ["items[0].quantity:out_of_range"])

            let rest = try await ship(id, "{}", staff.accessToken, in: shop)
            #expect(rest.status == 201 && rest["items", "0", "quantity"] == .integer(1) && rest["carrier"] == .null)
            #expect(try await ship(id, nil, staff.accessToken, in: shop).problem == "nothing_to_ship")
            let shown = try await shop.send(.get, "/admin/orders/\(id)", token: staff.accessToken)
            #expect(shown["fulfillment_status"] == .string("fulfilled") && shown["shipments", "1", "id"] == rest["id"])
            #expect(shown["emails", "0", "shipment_id"] == first["id"] && shown["emails", "0", "refund_id"] == .null)
            let listed = try await shop.send(
                .get, "/admin/orders?fulfillment=fulfilled&customer_id=\(customer.id)", token: staff.accessToken)
            #expect(listed["items", "0", "id"] == .string(id))
            let events = try await shop.send(.get, "/orders/\(id)/events", token: customer.accessToken)
            #expect(events["items", "1", "event"] == .string("shipped"))
        }
    }

    @Test("an arrival is told, and tracking changes")
    func arrival() async throws {
        try await Shop.open { shop in
            let (customer, staff) = (try await shop.register(), try await shop.register(role: .operator))
            let (id, _) = try await paid(customer, in: shop)
            let shipment = try await ship(id, #"{"carrier": "DHL"}"#, staff.accessToken, in: shop).text("id")
            func change(_ body: String, of id: String, _ shipment: String) async throws -> Answer {
                try await shop.send(
                    .patch, "/admin/orders/\(id)/shipments/\(shipment)", body, token: staff.accessToken)
            }
            let tracked = try await change(#"{"carrier": null, "tracking_number": "1"}"#, of: id, shipment)
            #expect(tracked.status == 200 && tracked["carrier"] == .null && tracked["tracking_number"] == .string("1"))
            let arrived = try await change(#"{"delivered": true}"#, of: id, shipment)
            #expect(arrived["delivered_at"] != .null && arrived["tracking_number"] == .string("1"))
            #expect(
                try await change(#"{"delivered": true}"#, of: id, shipment)["delivered_at"] == arrived["delivered_at"])
            for (body, error) in [
                ("{}", ":required"), (#"{"delivered": false}"#, "delivered:not_allowed"),
                (#"{"delivered": null}"#, "delivered:wrong_type"), (#"{"carrier": ""}"#, "carrier:too_short"),
                (#"{"tracking_url": "javascript:alert(1)"}"#, "tracking_url:invalid_format"),
                (#"{"tracking_number": "<b>"}"#, "tracking_number:invalid_format"),
                (#"{"shipped_at": "2026-01-01T00:00:00Z"}"#, "shipped_at:unknown_field"),
            ] {
                #expect(try await change(body, of: id, shipment).fieldErrors == [error], "\(body)")
            }
            let (other, _) = try await paid(try await shop.register(), in: shop)
            for (id, shipment) in [(other, shipment), (id, UUID().uuidString), (id, "x"), ("x", shipment)] {
                #expect(try await change(#"{"delivered": true}"#, of: id, shipment).problem == "not_found")
            }
        }
    }

    @Test("what cannot be shipped is refused with what to do")
    func refused() async throws {
        try await Shop.open { shop in
            let (customer, staff) = (try await shop.register(), try await shop.register(role: .operator))
            let (id, anvil) = try await paid(customer, in: shop, as: "authorized")
            let answer = try await ship(id, nil, staff.accessToken, in: shop)
            #expect(answer.status == 409 && answer.problem == "payment_not_captured")
            try await shop.database.force("orders", "UPDATE orders SET status = 'canceled' WHERE id = \(id)::uuid")
            #expect(try await ship(id, nil, staff.accessToken, in: shop).problem == "order_not_shippable")
            #expect(try await ship(UUID().uuidString, nil, staff.accessToken, in: shop).problem == "not_found")
            let keyless = try await shop.send(.post, "/admin/orders/\(id)/shipments", "{}", token: staff.accessToken)
            #expect(keyless.status == 400)
            let item = #"{"product_id": "\#(anvil.id)", "quantity": 1}"#
            for (body, error) in [
                (#"{"items": []}"#, "items:out_of_range"), (#"{"items": [\#(item), \#(item)]}"#, "items:not_allowed"),
                (#"{"items": [{"product_id": "x", "quantity": 1}]}"#, "items[0].product_id:invalid_format"),
                (
                    #"{"items": [{"product_id": "\#(anvil.id)", "quantity": 0}]}"#, "items[0].quantity:out_of_range"
                ),
                (#"{"tracking_url": "//a.example"}"#, "tracking_url:invalid_format"),
                (#"{"carrier": "a\nb"}"#, "carrier:invalid_character"), (#"{"weight": 1}"#, "weight:unknown_field"),
            ] {
                #expect(try await ship(id, body, staff.accessToken, in: shop).fieldErrors == [error], "\(body)")
            }
        }
    }

    @Test("notes are for staff, and an address changes until something is shipped")
    func edits() async throws {
        try await Shop.open { shop in
            let (customer, support) = (try await shop.register(), try await shop.register(role: .support))
            let staff = try await shop.register(role: .operator)
            let (id, _) = try await paid(customer, in: shop)
            func note(_ body: String) async throws -> Answer {
                try await shop.send(.post, "/admin/orders/\(id)/notes", body, token: support.accessToken)
            }
            let made = try await note(#"{"text": "Ring twice.\nThen wait."}"#)
            #expect(made.status == 201 && made["author"] == .string("user:\(support.id)"))
            let long = String(repeating: "é", count: 2001)
            for (body, error) in [
                (#"{"text": ""}"#, "text:too_short"), (#"{"text": " \n"}"#, "text:too_short"), ("{}", "text:required"),
                (#"{"text": "\#(long)"}"#, "text:too_long"), (#"{"text": "a\u0007"}"#, "text:invalid_character"),
                (#"{"text": "4242 4242 4242 4242"}"#, "text:not_allowed"),
                (#"{"text": "x", "author": "me"}"#, "author:unknown_field"),
            ] {
                #expect(try await note(body).fieldErrors == [error], "\(body.prefix(40))")
            }
            let shown = try await shop.send(.get, "/admin/orders/\(id)", token: support.accessToken)
            #expect(shown["notes", "0", "text"] == .string("Ring twice.\nThen wait.") && shown["notes", "1"] == nil)
            let own = try await shop.send(.get, "/orders/\(id)", token: customer.accessToken)
            #expect(own["notes"] == nil)
            let events = try await shop.send(.get, "/orders/\(id)/events", token: customer.accessToken)
            #expect(!String(decoding: events.body, as: UTF8.self).contains("note"))

            func move(_ city: String, _ more: String = "") async throws -> Answer {
                let address = #"{"name": "Bob", "line1": "2 Lane", "city": "\#(city)", "country": "FR"}"#
                return try await shop.send(
                    .patch, "/admin/orders/\(id)", #"{"shipping_address": \#(address)\#(more)}"#,
                    token: staff.accessToken)
            }
            let moved = try await move("Paris")
            #expect(moved.status == 200 && moved["shipping_address", "city"] == .string("Paris"))
            #expect(try await move("", "").fieldErrors == ["shipping_address.city:too_short"])
            #expect(try await move("Rome", #", "status": "refunded""#).fieldErrors == ["status:unknown_field"])
            _ = try await ship(id, nil, staff.accessToken, in: shop)
            let late = try await move("Rome")
            #expect(late.status == 409 && late.problem == "order_already_shipped")
            #expect(
                try await shop.send(.get, "/orders/\(id)", token: customer.accessToken)["shipping_address", "city"]
                    == .string("Paris"))
        }
    }
}
