import Domain
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// What staff do with orders. Every change goes to the audit log, in the transaction of the change.
struct AdminOrderRoutes {
    let orders: OrderStore
    let refunds: RefundStore
    let captures: CaptureStore
    let disputes: DisputeStore
    let emails: EmailStore
    let waits: QueueEstimator

    func add(to routes: inout Routes) {
        routes.get("admin/orders/{id}", audience: .support, limit: .admin, use: show)
        routes.get("admin/orders/{id}/refunds", audience: .support, limit: .admin, use: list)
        routes.post("admin/orders/{id}/refunds", audience: .operators, limit: .admin, use: refund)
        routes.post("admin/orders/{id}/cancel", audience: .operators, limit: .admin, use: cancel)
        routes.post("admin/orders/{id}/capture", audience: .operators, limit: .admin, use: capture)
        addEdits(to: &routes)
    }

    @Sendable func show(_ request: Request, _ context: ShopContext) async throws -> Response {
        let order = try await order(context)
        return try JSONResponse.response(try await body(order))
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        let order = try await order(context)
        let refunds = try await refunds.refunds(of: order.id)
        return try JSONResponse.response(
            PageDocument(items: RefundDocument.all(refunds, at: order.rate), nextCursor: nil))
    }

    /// Answers once the refund is durable; a job carries it out.
    @Sendable func refund(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        let id = try context.orderID()
        let key = try IdempotencyKeyHeader.key(request.headers[values: .idempotencyKey])
        let body = try OrderRefundRequest(try await request.fields())
        let outcome = try await refunds.request(
            RefundRequest(
                orderID: id, amount: body.amount, items: body.items, reason: body.reason, key: key, actor: .user(user),
                remoteAddress: context.remoteAddress))
        switch outcome {
        case .accepted(let refund):
            return try JSONResponse.response(await answer(for: refund), status: .accepted, headers: .comeAgain())
        case .replayed(let refund):
            return try JSONResponse.response(await answer(for: refund), headers: [.idempotentReplayed: "true"])
        case .keyReused: throw Problem.idempotencyKeyReused
        case .exceedsCaptured(let refundable): throw Problem.refundExceedsCaptured(refundable)
        case .unknownItem(let product): throw Problem.unknownRefundItem(body.field(of: product))
        case .tooManyPieces(let product, let left):
            throw Problem.tooManyRefundPieces(body.field(of: product), left: left)
        case .worthNothing: throw Problem.refundWorthNothing
        case .notChargeable(let step): throw Problem.refundNotChargeable(step: step)
        case .wrongCurrency(let currency): throw Problem.wrongRefundCurrency(currency)
        case .notPaid(let status): throw Problem.orderNotPaid(status)
        case .unknownOrder: throw Problem.notFound("order")
        }
    }

    @Sendable func cancel(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        try await request.optionalFields().finish()
        let outcome = try await orders.cancel(
            try context.orderID(), by: .staff, reason: "requested_by_operator", actor: .user(user),
            remoteAddress: context.remoteAddress)
        let answer = try CancelAnswer(outcome)
        return try JSONResponse.response(try await body(answer.order), status: answer.status, headers: answer.headers)
    }

    /// Answers once it is durable; a job takes the money.
    @Sendable func capture(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        let id = try context.orderID()
        let wanted = try OrderCaptureRequest(try await request.optionalFields())
        let outcome = try await captures.request(
            id, amount: wanted.amount, by: .user(user), remoteAddress: context.remoteAddress)
        let status: HTTPResponse.Status
        switch outcome {
        case .requested: status = .accepted
        case .alreadyCaptured: status = .ok
        case .alreadyRequested(let amount): throw Problem.captureAlreadyRequested(amount)
        case .exceedsAuthorized(let capturable): throw Problem.captureExceedsAuthorized(capturable)
        case .wrongCurrency(let currency): throw Problem.wrongRefundCurrency(currency)
        case .notChargeable(let step): throw Problem.refundNotChargeable(step: step)
        case .notAuthorized(let status): throw Problem.nothingToCapture(status)
        case .unknownOrder: throw Problem.notFound("order")
        }
        return try JSONResponse.response(
            try await body(try await order(context)), status: status, headers: status == .accepted ? .comeAgain() : [:])
    }

    func body(_ order: Order) async throws -> StaffOrderDocument {
        StaffOrderDocument(
            order, refunds: try await refunds.refunds(of: order.id),
            disputes: try await disputes.disputes(about: order.id),
            emails: try await emails.list(about: order.id), notes: try await orders.notes(about: order.id),
            waiting: await waits.of(order))
    }

    private func answer(for refund: Refund) async throws -> RefundDocument {
        guard let rate = try await orders.order(refund.orderID, for: .staff)?.rate else {
            return RefundDocument(refund, baseAmount: nil)
        }
        return RefundDocument(
            refund, baseAmount: try rate.baseAmounts(of: try await refunds.refunds(of: refund.orderID))[refund.id])
    }

    func order(_ context: ShopContext) async throws -> Order {
        guard let order = try await orders.order(try context.orderID(), for: .staff) else {
            throw Problem.notFound("order")
        }
        return order
    }
}
