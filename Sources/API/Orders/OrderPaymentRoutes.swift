import Domain
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// Another card after a decline.
struct OrderPaymentRoutes {
    let orders: OrderStore
    let guests: GuestStore
    let waiter: OrderLongPoll
    let waits: QueueEstimator

    func add(to routes: inout Routes) {
        routes.post("orders/{id}/payments", audience: .buyers.checkingAccount, limit: .checkout, use: pay)
    }

    /// Needs no idempotency key: a client that repeats it while the payment runs waits for that payment, and afterwards
    /// is shown the order.
    @Sendable func pay(_ request: Request, _ context: ShopContext) async throws -> Response {
        let viewer = try await context.orderViewer(request, guests)
        let id = try context.orderID()
        let seconds = PreferHeader.wait(request.headers[values: .prefer])
        let body = try PaymentRequest(try await request.fields())
        let outcome = try await orders.retryPayment(
            of: id, method: body.paymentMethod, by: viewer,
            traceparent: request.traceparent, client: context.address)
        switch outcome {
        case .unknownOrder:
            throw Problem.notFound("order")
        case .started(let order):
            return try await answer(order, viewer, seconds)
        case .tooManyDeclines(let declines):
            declines.alert(context.logger)
            throw Problem.tooManyDeclines(declines)
        case .notPayable(let status):
            let order = try await order(id, viewer)
            // Paid, or being paid: the same request as before, most likely, whose answer was lost.
            if status.isPaid { return try JSONResponse.response(OrderDocument(order)) }
            if status.isOpen { return try await answer(order, viewer, seconds) }
            throw Problem.notPayable(order)
        case .notChargeable(let violation):
            throw Problem.notChargeable(violation)
        case .tooLate:
            throw Problem.paymentWindowClosed(try await order(id, viewer))
        }
    }

    private func answer(_ order: Order, _ viewer: OrderViewer, _ seconds: Int?) async throws -> Response {
        let accepted = AcceptedOrder(paying: order, seconds: seconds)
        let latest = await waiter.outcome(of: order, for: viewer, seconds: seconds ?? 0)
        return try accepted.response(for: latest, waiting: await waits.of(latest))
    }

    private func order(_ id: Order.ID, _ viewer: OrderViewer) async throws -> Order {
        guard let order = try await orders.order(id, for: viewer) else { throw Problem.notFound("order") }
        return order
    }
}

/// Body of `POST /orders/{id}/payments`.
struct PaymentRequest: Equatable {
    let paymentMethod: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let method = fields.paymentMethod("payment_method")
        guard fields.isComplete, let method else { throw fields.rejection }
        paymentMethod = method
    }
}
