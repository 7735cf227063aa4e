import Domain
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// Customers cancel their orders.
struct OrderCancelRoutes {
    let orders: OrderStore
    let guests: GuestStore

    func add(to routes: inout Routes) {
        routes.post("orders/{id}/cancel", audience: .buyers.checkingAccount, limit: .checkout, use: cancel)
    }

    @Sendable func cancel(_ request: Request, _ context: ShopContext) async throws -> Response {
        let viewer = try await context.orderViewer(request, guests)
        try await request.optionalFields().finish()
        let outcome = try await orders.cancel(
            try context.orderID(), by: viewer, reason: "requested_by_customer",
            actor: context.viewer.user.map { .user($0) } ?? .guest,
            remoteAddress: context.remoteAddress)
        let answer = try CancelAnswer(outcome)
        return try JSONResponse.response(OrderDocument(answer.order), status: answer.status, headers: answer.headers)
    }
}

/// How a cancellation is answered: 200 when the order is over, 202 while its payment is being canceled.
struct CancelAnswer {
    let order: Order
    let status: HTTPResponse.Status
    var headers: HTTPFields { status == .accepted ? .comeAgain() : [:] }

    init(_ outcome: CancelOutcome) throws(Problem) {
        switch outcome {
        case .canceled(let order), .alreadyOver(let order): (self.order, status) = (order, .ok)
        case .started(let order): (self.order, status) = (order, .accepted)
        case .alreadyShipped(let order): throw .orderAlreadyShipped(order)
        case .unknownOrder: throw .notFound("order")
        }
    }
}
