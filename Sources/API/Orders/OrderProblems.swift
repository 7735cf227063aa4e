import Domain
import HTTPTypes
import Logging
import Metrics
import Storage

/// Problems of placing orders.
extension Problem {
    static func unknownProducts(_ ids: [Product.ID]) -> Problem {
        .invalid(
            ids.map {
                FieldError(field: "product_id", code: .notFound, message: "There is no product \($0) for sale.")
            })
    }

    static var idempotencyKeyReused: Problem {
        Problem(
            "idempotency_key_reused", .unprocessableContent, "Idempotency key reused",
            "This key came with another request before. Use a new key for a new request.")
    }

    static var requestInProgress: Problem {
        Problem(
            "request_in_progress", .conflict, "Request in progress",
            "A request with this idempotency key is being worked on. Repeat it in a moment to get its outcome."
        ).with(.retryAfter, "1")
    }

    static func cartChanged(_ actual: Money) -> Problem {
        var problem = Problem(
            "cart_changed", .conflict, "Cart changed",
            "The total is \(actual) now, not what the customer was shown. Nothing was charged. Show the cart again.")
        problem.amounts["actual_total"] = actual
        return problem
    }

    static func discountRefused(_ code: DiscountCode, _ refusal: DiscountRefusal) -> Problem {
        var problem = Problem(
            "discount_refused", .conflict, "Discount refused",
            "\(refusal) Nothing was charged. Take the code out or change what is bought.")
        problem.members["discount_code"] = code.rawValue
        problem.members["reason"] = refusal.code
        if case .minimumNotReached(let minimum) = refusal { problem.amounts["minimum"] = minimum }
        return problem
    }

    static func shippingUnavailable(_ method: ShippingCode?, country: String) -> Problem {
        let way = method.map { " by \($0)" } ?? ""
        return Problem(
            "shipping_unavailable", .conflict, "Shipping unavailable",
            "These goods are not sent to \(country)\(way). Nothing was charged. "
                + "See GET \(Route.base)/cart/shipping-methods?country=\(country).")
    }

    static var cartEmpty: Problem {
        Problem("cart_empty", .conflict, "Cart empty", "There is nothing to buy: put something into the cart first.")
    }

    static var emailRequired: Problem {
        .invalid("email", .required, "Guests must give an email address for the confirmation.")
    }

    static func outOfStock(_ order: Order) -> Problem {
        Problem(
            "out_of_stock", .conflict, "Out of stock",
            "There is too little in stock. Nothing was charged and the cart can be changed."
        )
        .about(order)
    }

    /// The payment provider's last word on an order.
    static func refused(_ order: Order) -> Problem {
        if order.rejectionReason == PaymentRefusal.unusableMethod.code {
            return Problem.invalid(
                "payment_method", .notFound,
                "The payment provider knows no such payment method, or cannot use it. Nothing was charged."
            ).about(order)
        }
        var problem = Problem(
            "payment_refused", .unprocessableContent, "Payment refused",
            "The payment provider does not carry this payment out. Nothing was charged, the order has ended, "
                + "and the cart can be changed."
        )
        problem.members["reason"] = order.rejectionReason
        return problem.about(order)
    }

    static func amountTooSmall(_ total: Money?, _ bounds: ChargeLimits.Bounds) -> Problem {
        Problem(
            "amount_too_small", .unprocessableContent, "Amount too small",
            "Cards are charged from \(bounds.minimum) up\(total.map { ", and the total is \($0)" } ?? ""). "
                + "Nothing was charged and nothing is held."
        ).with(bounds)
    }

    static func amountTooLarge(_ bounds: ChargeLimits.Bounds) -> Problem {
        Problem(
            "amount_too_large", .unprocessableContent, "Amount too large",
            "Cards are charged up to \(bounds.maximum), and the total is more. Nothing was charged and nothing is held."
        ).with(bounds)
    }

    static func notChargeable(_ violation: ChargeLimits.Violation) -> Problem {
        switch violation {
        case .tooSmall(let bounds): amountTooSmall(nil, bounds)
        case .tooLarge(let bounds): amountTooLarge(bounds)
        case .unsupported(let currency): currencyUnavailable(currency)
        }
    }

    static func currencyUnavailable(_ currency: Currency) -> Problem {
        Problem(
            "currency_unavailable", .conflict, "Currency unavailable",
            StorageError.currencyUnavailable(currency).description)
    }

    static var paymentMethodRequired: Problem {
        .invalid("payment_method", .required, "Something is to be paid: name a payment method.")
    }

    private func with(_ bounds: ChargeLimits.Bounds) -> Problem {
        var copy = self
        copy.amounts["minimum"] = bounds.minimum
        copy.amounts["maximum"] = bounds.maximum
        return copy
    }

    static func declined(_ order: Order) -> Problem {
        var problem = Problem(
            "payment_declined", .paymentRequired, "Payment declined",
            "The payment was declined. The order waits for a while: pay it with another payment method.")
        problem.members["decline_code"] = order.payment?.declineCode ?? "generic_decline"
        return problem.about(order)
    }

    static func notPayable(_ order: Order) -> Problem {
        Problem(
            "order_not_payable", .conflict, "Order not payable",
            "The order is \(order.status.rawValue) and takes no payment. Place a new one."
        ).about(order)
    }

    static func paymentWindowClosed(_ order: Order) -> Problem {
        Problem(
            "payment_window_closed", .conflict, "Too late to pay",
            "The goods are no longer reserved for this order, or its cart has become another one. Nothing was charged. "
                + "Place a new order."
        ).about(order)
    }

    static func orderAlreadyShipped(_ order: Order) -> Problem {
        Problem(
            "order_already_shipped", .conflict, "Order already shipped",
            "Order already shipped. Return the goods to get a refund."
        ).about(order)
    }

    static func orderOver(_ order: Order) -> Problem {
        Problem("order_\(order.status.rawValue)", .conflict, "Order over", "The order is \(order.status.rawValue).")
            .about(order)
    }

    /// The same problem with the order it is about.
    private func about(_ order: Order) -> Problem {
        var copy = self
        copy.order = OrderDocument(order)
        return copy
    }
}

extension Problem {
    static func tooManyDeclines(_ declines: TooManyDeclines) -> Problem {
        Problem(
            "too_many_declines", .tooManyRequests, "Too many declined payments",
            "Too many payments were declined within an hour. Nothing was charged or reserved. "
                + "Try again in \(declines.seconds) seconds."
        ).with(.retryAfter, String(declines.seconds))
    }
}

extension TooManyDeclines {
    /// Tells operators that a client seems to try cards: in the log, and as `checkout_refused_after_declines_total`.
    func alert(_ logger: Logger) {
        Counter(label: "checkout_refused_after_declines_total", dimensions: [("source", source.rawValue)]).increment()
        logger.error(
            "a payment was refused after too many declines; a client may be trying cards",
            metadata: ["source": "\(source.rawValue)"])
    }
}
