import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Staff list orders and search them", .database(migrations: try Shop.migrations()))
struct AdminOrderListRoutesTests {
    private func place(_ member: Member, in shop: Shop, quantity: Int = 1) async throws -> String {
        let anvil = try await shop.addProduct(price: 1999)
        let placed = try await shop.send(
            .post, "/orders", Shop.order(Shop.items(anvil, quantity), email: nil), token: member.accessToken,
            headers: [.idempotencyKey: UUID().uuidString])
        return try placed.text("id")
    }

    private func ids(_ answer: Answer) -> [String] {
        guard case .array(let items)? = answer["items"] else { return [] }
        return items.compactMap {
            guard case .object(let item) = $0, case .string(let id)? = item["id"] else { return nil }
            return id
        }
    }

    @Test("a customer's orders are a list of their own, page by page, and no other's")
    func history() async throws {
        try await Shop.open { shop in
            let (customer, other) = (try await shop.register(), try await shop.register())
            let staff = try await shop.register(role: .support).accessToken
            var placed: [String] = []
            for _ in 0..<3 { placed.append(try await place(customer, in: shop, quantity: 2)) }
            _ = try await place(other, in: shop)
            let path = "/admin/customers/\(customer.id)/orders"
            let first = try await shop.send(.get, "\(path)?limit=2", token: staff)
            #expect(ids(first) == [placed[2], placed[1]])
            #expect(first["items", "0", "pieces"] == .integer(2))
            #expect(first["items", "0", "total", "amount"] == .integer(3998))
            #expect(first["items", "0", "fulfillment_status"] == .string("unfulfilled"))
            #expect(first["items", "0", "payment_status"] == .string("created"))
            #expect(first["items", "0", "user_id"] == .string(customer.id.description))
            let text = String(decoding: first.body, as: UTF8.self)
            #expect(!text.contains(customer.email), "an address is masked")
            let rest = try await shop.send(
                .get, "\(path)?limit=2&cursor=\(try first.text("next_cursor"))", token: staff)
            #expect(ids(rest) == [placed[0]] && rest["next_cursor"] == .null)
            let filtered = try await shop.send(.get, "/admin/orders?customer_id=\(customer.id)", token: staff)
            #expect(ids(filtered) == placed.reversed())
            let foreign = try await shop.send(
                .get, "/admin/orders?limit=2&cursor=\(try first.text("next_cursor"))", token: staff)
            #expect(foreign.problem == "invalid_cursor")
            for unknown in ["x", UUID().uuidString] {
                let answer = try await shop.send(.get, "/admin/customers/\(unknown)/orders", token: staff)
                #expect(answer.problem == "not_found", "\(unknown)")
            }
            let twice = try await shop.send(.get, "\(path)?customer_id=\(other.id)", token: staff)
            #expect(twice.fieldErrors == ["customer_id:unknown_field"])
        }
    }

    @Test("each condition finds its orders")
    func conditions() async throws {
        try await Shop.open { shop in
            let customer = try await shop.register()
            let staff = try await shop.register(role: .support).accessToken
            let id = try await place(customer, in: shop)
            try await shop.settle(customer.id, as: .confirmed)
            try await shop.database.execute(
                "UPDATE payments SET provider_intent_id = \("pi_" + id) WHERE order_id = \(id)::uuid")
            let number = try await shop.send(.get, "/admin/orders/\(id)", token: staff)["number"]
            guard case .integer(let number)? = number else { throw Answer.Missing(name: "number", body: "") }
            let email = customer.email.uppercased().replacingOccurrences(of: "@", with: "%40")
            for query in [
                "number=\(number)", "email=\(email)", "provider_id=pi_\(id)",
                "status=refunded,confirmed&number=\(number)", "fulfillment=unfulfilled&number=\(number)",
                "payment_status=created&number=\(number)",
                "currency=usd&total_min=1999&total_max=1999&number=\(number)",
                "placed_from=2026-01-01T00:00:00Z&placed_to=9998-01-01T00:00:00Z&customer_id=\(customer.id)",
            ] {
                #expect(ids(try await shop.send(.get, "/admin/orders?\(query)", token: staff)) == [id], "\(query)")
            }
            for query in [
                "status=canceled", "fulfillment=fulfilled", "payment_status=captured", "placed_to=2026-01-01T00:00:00Z",
                "currency=USD&total_max=1998", "currency=EUR",
            ] {
                let answer = try await shop.send(.get, "/admin/orders?number=\(number)&\(query)", token: staff)
                #expect(answer.status == 200 && ids(answer) == [], "\(query)")
            }
        }
    }

    @Test(
        "a wrong value is refused and named",
        arguments: [
            ("number=0", "number:invalid_format"), ("number=1e3", "number:invalid_format"),
            ("number=99999999999999999999", "number:invalid_format"), ("email=ada", "email:invalid_format"),
            ("customer_id=7", "customer_id:invalid_format"), ("provider_id=", "provider_id:invalid_format"),
            ("status=", "status:invalid_format"), ("status=confirmed,", "status:invalid_format"),
            ("status=shipped", "status:invalid_format"), ("status=pending&status=pending", "status:not_allowed"),
            ("fulfillment=some", "fulfillment:invalid_format"),
            ("payment_status=paid", "payment_status:invalid_format"),
            ("placed_from=yesterday", "placed_from:invalid_format"),
            ("placed_from=2026-02-01T00:00:00Z&placed_to=2026-01-01T00:00:00Z", "placed_to:out_of_range"),
            ("total_min=5", "currency:required"), ("currency=USD&total_min=-1", "total_min:invalid_format"),
            ("currency=USD&total_max=1.5", "total_max:invalid_format"),
            ("currency=USD&total_min=5&total_max=4", "total_max:out_of_range"),
            ("currency=US&total_min=5", "currency:invalid_format"), ("sort=total", "sort:unknown_field"),
        ])
    func wrong(query: String, error: String) async throws {
        try await Shop.open { shop in
            let staff = try await shop.register(role: .support).accessToken
            let answer = try await shop.send(.get, "/admin/orders?\(query)", token: staff)
            #expect(answer.status == 422)
            #expect(answer.fieldErrors == [error])
        }
    }
}
