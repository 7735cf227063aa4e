import Domain
import FoundationEssentials
import Hummingbird
import Resilience
import Storage

/// How staff find orders.
struct AdminOrderListRoutes {
    let orders: OrderStore

    func add(to routes: inout Routes) {
        routes.get("admin/orders", audience: .support, limit: .admin, use: list)
        routes.get("admin/customers/{id}/orders", audience: .support, limit: .admin, use: listOfCustomer)
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        var filter = query.orderFilter()
        filter.customerID = query.parsed("customer_id", "Expected a UUID.") { User.ID($0) }
        return try await answer(filter, &query)
    }

    /// The same list, of one customer.
    @Sendable func listOfCustomer(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let customer = User.ID(try context.parameters.require("id")) else { throw Problem.notFound("customer") }
        var query = RequestQuery(request)
        var filter = query.orderFilter()
        filter.customerID = customer
        let response = try await answer(filter, &query)
        guard try await orders.knowsCustomer(customer) else { throw Problem.notFound("customer") }
        return response
    }

    private func answer(_ filter: OrderFilter, _ query: inout RequestQuery) async throws -> Response {
        let page = query.page()
        try query.finish()
        let found = try await orders.list(filter, page: page)
        return try JSONResponse.response(
            PageDocument(items: found.items.map(OrderSummaryDocument.init), nextCursor: found.nextCursor))
    }
}

extension RequestQuery {
    /// The conditions that the lists of orders share.
    fileprivate mutating func orderFilter() -> OrderFilter {
        var filter = OrderFilter()
        filter.number = parsed("number", "Expected the number of an order, such as 100042.") { text in
            Int64(text).flatMap { $0 > 0 ? $0 : nil }
        }
        filter.email = parsed("email", "Expected an email address such as name@example.com.") {
            EmailAddress(rawValue: $0)
        }
        filter.providerID = parsed("provider_id", "Expected the payment provider's id of an intent or a refund.") { $0 }
        filter.statuses =
            parsed("status", "Expected one or several of \(Self.names(OrderStatus.self)).", Self.statuses) ?? []
        filter.fulfillment = parsed("fulfillment", "Expected one of \(Self.names(FulfillmentStatus.self)).") {
            FulfillmentStatus(rawValue: $0)
        }
        filter.paymentStatus = parsed("payment_status", "Expected one of \(Self.names(PaymentStatus.self)).") {
            PaymentStatus(rawValue: $0)
        }
        filter.placedFrom = parsed("placed_from", JobFilterText.sinceExpectation, JobFilterText.since)
        filter.placedTo = parsed("placed_to", JobFilterText.sinceExpectation, JobFilterText.since)
        if let from = filter.placedFrom, let to = filter.placedTo, from >= to {
            note("placed_to", .outOfRange, "Expected a time after placed_from.")
        }
        filter.currency = currency()
        filter.totalMinimum = parsed("total_min", Self.amountExpectation, Self.amount)
        filter.totalMaximum = parsed("total_max", Self.amountExpectation, Self.amount)
        if let minimum = filter.totalMinimum, let maximum = filter.totalMaximum, minimum > maximum {
            note("total_max", .outOfRange, "Expected no less than total_min.")
        }
        if filter.currency == nil, filter.totalMinimum != nil || filter.totalMaximum != nil,
            !errors.contains(where: { $0.field == "currency" })
        {
            note("currency", .required, "Name the currency of total_min and total_max.")
        }
        return filter
    }

    private static let amountExpectation = "Expected an amount in minor units, a whole number from 0."

    private static func amount(_ text: String) -> Int64? { Int64(text).flatMap { $0 >= 0 ? $0 : nil } }

    private static func statuses(_ text: String) -> [OrderStatus]? {
        let statuses = text.split(separator: ",", omittingEmptySubsequences: false).map {
            OrderStatus(rawValue: String($0))
        }
        return statuses.contains(nil) ? nil : statuses.compactMap(\.self)
    }

    private static func names<Value: CaseIterable & RawRepresentable<String>>(_ type: Value.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
