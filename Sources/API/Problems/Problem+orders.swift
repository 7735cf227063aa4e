import Domain
import HTTPTypes

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

    static var cartEmpty: Problem {
        Problem("cart_empty", .conflict, "Cart empty", "There is nothing to buy: put something into the cart first.")
    }

    static var emailRequired: Problem { .invalid("email", .required, "Guests must give a mail address for the confirmation.") }

    static func outOfStock(_ order: Order) -> Problem {
        Problem("out_of_stock", .conflict, "Out of stock", "There is too little in stock. Nothing was charged and the cart can be changed.")
            .about(order)
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
            "The goods are no longer set aside for this order, or its cart has become another one. Nothing was charged. Place a new order."
        ).about(order)
    }

    static func orderAlreadySent(_ order: Order) -> Problem {
        Problem(
            "order_already_sent", .conflict, "Order already sent", "The goods have left the house. Send them back to get the money back."
        ).about(order)
    }

    static func orderOver(_ order: Order) -> Problem {
        Problem("order_\(order.status.rawValue)", .conflict, "Order over", "The order is \(order.status.rawValue).").about(order)
    }

    /// The same problem with the order it is about.
    private func about(_ order: Order) -> Problem {
        var copy = self
        copy.order = OrderBody(order)
        return copy
    }
}
