import Domain
import HTTPTypes
import Hummingbird
import Storage

/// An order that is being paid, because `POST /orders` accepted it, now or earlier, or its customer tries another card;
/// and how its outcome is answered.
struct AcceptedOrder {
    let order: Order
    let isReplay: Bool
    private let headers: HTTPFields

    /// Throws the problem when nothing was accepted.
    init(_ outcome: PlaceOrderOutcome, seconds: Int?, issuedToken: String?) throws(Problem) {
        switch outcome {
        case .placed(let order): (self.order, isReplay) = (order, false)
        case .replayed(let order): (self.order, isReplay) = (order, true)
        case .keyReused: throw .idempotencyKeyReused
        case .requestInProgress: throw .requestInProgress
        case .cartChanged(let actual): throw .cartChanged(actual)
        case .discountRefused(let code, let refusal): throw .discountRefused(code, refusal)
        case .shippingUnavailable(let method, let country): throw .shippingUnavailable(method, country: country)
        case .cartEmpty: throw .cartEmpty
        case .cartLocked: throw Problem("cart_locked", .conflict, "Cart locked", StorageError.cartLocked.description)
        case .unknownProducts(let ids): throw .unknownProducts(ids)
        case .currencyUnavailable(let currency): throw .currencyUnavailable(currency)
        case .tooManyDeclines(let declines): throw .tooManyDeclines(declines)
        case .emailRequired: throw .emailRequired
        case .amountTooSmall(let total, let bounds): throw .amountTooSmall(total, bounds)
        case .amountTooLarge(let bounds): throw .amountTooLarge(bounds)
        case .paymentMethodRequired: throw .paymentMethodRequired
        }
        var headers: HTTPFields = [.location: "\(Route.base)/orders/\(order.id)"]
        if let seconds { headers[.preferenceApplied] = "wait=\(seconds)" }
        if let issuedToken { headers[.cartToken] = issuedToken }
        if isReplay { headers[.idempotentReplayed] = "true" }
        self.headers = headers
    }

    /// An order whose customer tries another card.
    init(paying order: Order, seconds: Int?) {
        (self.order, isReplay) = (order, false)
        var headers: HTTPFields = [.location: "\(Route.base)/orders/\(order.id)"]
        if let seconds { headers[.preferenceApplied] = "wait=\(seconds)" }
        self.headers = headers
    }

    /// The answer for the order as it is now. Throws the problem of an order that came to nothing while its client
    /// waited.
    func response(for order: Order, waiting: OrderWaiting?) throws -> Response {
        // A replay reports where the order stands; the client that placed it got or gets the verdict.
        if isReplay {
            let status: HTTPResponse.Status = order.status.isPaid ? .created : .ok
            return try JSONResponse.response(OrderDocument(order, waiting: waiting), status: status, headers: headers)
        }
        let problem: Problem
        switch order.status {
        case .pending, .reserved:
            var headers = headers
            for field in HTTPFields.comeAgain(waiting) { headers[field.name] = field.value }
            return try JSONResponse.response(
                OrderDocument(order, waiting: waiting), status: .accepted, headers: headers)
        case .confirmed, .partiallyRefunded, .refunded:
            return try JSONResponse.response(OrderDocument(order), status: .created, headers: headers)
        case .rejected:
            problem = [nil, "out_of_stock"].contains(order.rejectionReason) ? .outOfStock(order) : .refused(order)
        case .paymentFailed: problem = .declined(order)
        case .expired, .canceled: problem = .orderOver(order)
        }
        throw problem.with(headers)
    }
}

extension HTTPFields {
    /// Says of what is accepted and not done yet when it is worth asking again: `Retry-After`, in seconds.
    static func comeAgain(_ waiting: OrderWaiting? = nil) -> HTTPFields {
        [.retryAfter: String(Swift.min(Swift.max(waiting?.estimatedSeconds ?? 1, 1), 30))]
    }
}
