import Foundation
import OutboundHTTP
import Postgres
import TestSupport

extension Shop {
    /// Puts a product into a new guest's cart, and returns the token of the cart.
    func fillCart(_ product: Product, quantity: Int = 1) async throws -> String {
        let answer = try await send(addition(of: product, quantity, token: nil))
        guard answer.status == 200, let token = answer.headers["X-Cart-Token"] else {
            throw Failed(what: "no cart: \(answer.text)")
        }
        return token
    }

    /// Orders what is in a cart.
    func orderCart(
        _ token: String, method: String = "pm_card_visa", currency: String? = nil, key: String = UUID().uuidString,
        wait: Int? = nil
    ) async throws -> Answer {
        var headers: OutboundHeaders = [
            "Content-Type": "application/json", "Idempotency-Key": key, "X-Cart-Token": token,
        ]
        if let wait { headers.append(name: "Prefer", value: "wait=\(wait)") }
        let body = """
            {"payment_method": "\(method)", "email": "ada@example.com",
             "shipping_address": \(Self.address)\(Self.field(currency))}
            """
        return try await send(
            OutboundRequest(
                method: "POST", url: api + "/api/v1/orders", headers: headers, body: Array(body.utf8),
                timeout: .seconds(45)))
    }

    /// All four ways to change a cart, which would leave it empty.
    func editCart(_ token: String, _ product: Product) async throws -> [Answer] {
        let json: OutboundHeaders = ["Content-Type": "application/json", "X-Cart-Token": token]
        let item = api + "/api/v1/cart/items/\(product.id)"
        return [
            try await send(addition(of: product, 1, token: token)),
            try await send(
                OutboundRequest(method: "PATCH", url: item, headers: json, body: Array(#"{"quantity": 3}"#.utf8))),
            try await send(OutboundRequest(method: "DELETE", url: item, headers: ["X-Cart-Token": token])),
            try await send(
                OutboundRequest(method: "DELETE", url: api + "/api/v1/cart", headers: ["X-Cart-Token": token])),
        ]
    }

    func cartStatus(of order: String) async throws -> String? {
        try await database.pool.query(
            "SELECT c.status FROM carts AS c JOIN orders AS o ON o.cart_id = c.id WHERE o.id = \(order)::uuid"
        ).first.map { try $0["status"] }
    }

    private func addition(of product: Product, _ quantity: Int, token: String?) -> OutboundRequest {
        var headers: OutboundHeaders = ["Content-Type": "application/json"]
        if let token { headers.append(name: "X-Cart-Token", value: token) }
        return OutboundRequest(
            method: "POST", url: api + "/api/v1/cart/items", headers: headers,
            body: Array(#"{"product_id": "\#(product.id)", "quantity": \#(quantity)}"#.utf8))
    }

    /// Where everything is sent.
    static let address = """
        {"name": "Ada Lovelace", "line1": "12 St James Square", "city": "London", "postal_code": "SW1Y 4LE",
         "country": "GB"}
        """
}
