import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// Finds an order for a customer who has its number and the email address that it was placed with, and no token any
/// more: what became of it, without names and addresses.
///
/// Numbers can be guessed, so an order that is not there and another address answer alike. The tries are counted for
/// each number as well as for each caller.
struct OrderLookupRoutes {
    let orders: OrderStore
    let limiter: RequestLimiter

    func add(to routes: inout Routes) {
        routes.post("orders/lookup", audience: .everyone, limit: .login, use: find)
    }

    @Sendable func find(_ request: Request, _ context: ShopContext) async throws -> Response {
        let body = try OrderLookupRequest(try await request.fields())
        try await limiter.require(.account, "order:\(body.number)")
        guard let order = try await orders.order(number: body.number, for: .staff), order.email?.key == body.email.key
        else {
            throw Problem.notFound("order with this number and email address")
        }
        return try JSONResponse.response(FoundOrderBody(order))
    }
}

/// Body of `POST /orders/lookup`.
private struct OrderLookupRequest {
    let number: Int64
    let email: EmailAddress

    init(_ fields: consuming RequestFields) throws(Problem) {
        let number = fields.integer("number", 1...Int64.max)
        let email = fields.email("email")
        guard fields.isComplete, let number, let email else { throw fields.rejection }
        self.number = number
        self.email = email
    }
}

/// What an order's number and email address show of it.
private struct FoundOrderBody: Encodable {
    struct Item: Encodable {
        let sku: String
        let name: String
        let quantity: Int
        let total: Money
    }

    struct Payment: Encodable {
        let status: String
    }

    let number: Int64
    let status: String
    let payment: Payment?
    let items: [Item]
    let total: Money
    let refunded: Money
    let createdAt: Date
    let confirmedAt: Date?

    enum CodingKeys: String, CodingKey {
        case number, status, payment, items, total, refunded
        case createdAt = "created_at"
        case confirmedAt = "confirmed_at"
    }

    init(_ order: Order) {
        number = order.number
        status = order.status.rawValue
        payment = order.payment.map { Payment(status: $0.status.rawValue) }
        items = order.items.map {
            Item(sku: $0.sku.rawValue, name: $0.name, quantity: $0.quantity.rawValue, total: $0.total)
        }
        total = order.totals.total
        refunded = order.refunded
        createdAt = order.createdAt
        confirmedAt = order.confirmedAt
    }
}
