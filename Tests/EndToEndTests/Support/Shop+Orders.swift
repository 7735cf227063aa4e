import Foundation
import OutboundHTTP
import Postgres
import TestSupport

/// An answer of the API, with the fields of an order or of a problem.
struct Answer: Sendable {
    struct Body: Decodable, Sendable {
        struct Payment: Decodable, Sendable {
            let status: String
            let decline_code: String?
        }
        let id: String?
        let number: Int?
        let status: StatusField?
        struct Waiting: Decodable, Sendable {
            let reason: String
            let position: Int?
        }
        let payment: Payment?
        let waiting: Waiting?
        let type: String?
        let detail: String?
        let decline_code: String?
        let order_id: String?
        let refundable: Amount?
    }

    struct Amount: Decodable, Sendable, Equatable {
        let amount: Int
        let currency: String
    }

    /// An order's status is a word, a problem's a number.
    enum StatusField: Decodable, Sendable, Equatable {
        case word(String)
        case code(Int)
        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let code = try? value.decode(Int.self) {
                self = .code(code)
            } else {
                self = .word(try value.decode(String.self))
            }
        }
    }

    let status: Int
    let headers: OutboundHeaders
    let body: Body?
    let text: String

    /// The order it is about: every answer to placing one says where it is.
    var orderID: String? { body?.id ?? headers["Location"]?.split(separator: "/").last.map(String.init) }

    var orderStatus: String? {
        if case .word(let word) = body?.status { word } else { nil }
    }
}

extension Shop {
    struct Product: Sendable {
        let id: String
        let sku: String
        let onHand: Int
    }

    /// Products, those with the most stock first.
    func products(limit: Int = 10) async throws -> [Product] {
        try await database.pool.query(
            """
            SELECT p.id::text AS id, p.sku, s.on_hand
              FROM products AS p JOIN stock AS s ON s.sku = p.sku
             ORDER BY s.on_hand DESC, p.sku LIMIT \(limit)
            """
        ).map { Product(id: try $0["id"], sku: try $0["sku"], onHand: try $0["on_hand"]) }
    }

    /// Makes a product have exactly this much stock, as if it had been so from the start.
    func setStock(of product: Product, to quantity: Int) async throws {
        try await database.pool.execute(
            """
            WITH changed AS (
                UPDATE stock SET on_hand = \(quantity), initial = \(quantity), reserved = 0 WHERE sku = \(product.sku)
            )
            INSERT INTO stock_changes (sku, reason, actor, on_hand_before, on_hand_after, initial)
            SELECT sku, 'correction', 'system:test', on_hand, \(quantity)::integer, \(quantity)::integer FROM stock
             WHERE sku = \(product.sku)
            """)
    }

    func stock(of product: Product) async throws -> (onHand: Int, reserved: Int) {
        let rows = try await database.pool.query("SELECT on_hand, reserved FROM stock WHERE sku = \(product.sku)")
        guard let row = rows.first else { throw Failed(what: "no stock of \(product.sku)") }
        return (try row["on_hand"], try row["reserved"])
    }

    /// Places an express order.
    func order(
        _ product: Product, quantity: Int = 1, method: String = "pm_card_visa", currency: String? = nil,
        key: String = UUID().uuidString,
        wait: Int? = 10, email: String = "ada@example.com", language: String? = nil
    ) async throws -> Answer {
        var headers: OutboundHeaders = ["Content-Type": "application/json", "Idempotency-Key": key]
        if let language { headers.append(name: "Accept-Language", value: language) }
        if let wait { headers.append(name: "Prefer", value: "wait=\(wait)") }
        let body = """
            {"items": [{"product_id": "\(product.id)", "quantity": \(quantity)}], "payment_method": "\(method)",
             "email": "\(email)",
             "shipping_address": \(Self.address)\(Self.field(currency))}
            """
        return try await send(
            OutboundRequest(
                method: "POST", url: api + "/api/v1/orders", headers: headers, body: Array(body.utf8),
                timeout: .seconds(45)))
    }

    /// A currency as one more field of a body.
    static func field(_ currency: String?) -> String { currency.map { #", "currency": "\#($0)""# } ?? "" }

    /// Shows an order of a guest.
    func show(_ order: Answer) async throws -> Answer {
        try await send(
            OutboundRequest(
                url: api + (order.headers["Location"] ?? "/none"),
                headers: ["X-Cart-Token": order.headers["X-Cart-Token"] ?? ""],
                timeout: .seconds(45)))
    }

    /// Calls an order of a guest off, whose token came with the order or was that of the cart before.
    func cancel(_ order: Answer, cart: String? = nil) async throws -> Answer {
        try await send(
            OutboundRequest(
                method: "POST", url: api + (order.headers["Location"] ?? "/none") + "/cancel",
                headers: ["X-Cart-Token": cart ?? order.headers["X-Cart-Token"] ?? ""], body: [], timeout: .seconds(45))
        )
    }

    /// Tries another card for a declined order of a guest.
    func pay(_ order: Answer, method: String, cart: String? = nil, wait: Int = 10) async throws -> Answer {
        try await send(
            OutboundRequest(
                method: "POST", url: api + (order.headers["Location"] ?? "/none") + "/payments",
                headers: [
                    "Content-Type": "application/json", "Prefer": "wait=\(wait)",
                    "X-Cart-Token": cart ?? order.headers["X-Cart-Token"] ?? "",
                ], body: Array(#"{"payment_method": "\#(method)"}"#.utf8), timeout: .seconds(45)))
    }

    func send(_ request: OutboundRequest) async throws -> Answer {
        let answer = try await http.send(request)
        let text = String(decoding: answer.body, as: UTF8.self)
        return Answer(
            status: answer.status, headers: answer.headers,
            body: try? JSONDecoder().decode(Answer.Body.self, from: Data(answer.body)),
            text: text)
    }

    func orderStatus(_ id: String) async throws -> String? {
        try await database.pool.query("SELECT status FROM orders WHERE id = \(id)::uuid").first.map { try $0["status"] }
    }
}
