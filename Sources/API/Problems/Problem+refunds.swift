import Domain
import HTTPTypes

/// Problems of taking money and of giving it back.
extension Problem {
    static func refundExceedsCaptured(_ refundable: Money) -> Problem {
        var problem = Problem(
            "refund_exceeds_captured", .conflict, "Refund too large",
            "At most \(refundable) of this order can still be given back. Nothing was changed.")
        problem.amounts["refundable"] = refundable
        return problem
    }

    static func orderNotPaid(_ status: OrderStatus) -> Problem {
        Problem(
            "order_not_paid", .conflict, "Order not paid",
            "The order is \(status.rawValue): no money was taken that could be given back.")
    }

    static func nothingToCapture(_ status: OrderStatus) -> Problem {
        Problem(
            "order_not_authorized", .conflict, "Nothing to capture",
            "The order is \(status.rawValue): no money is set aside for it that could be taken.")
    }

    static func captureExceedsAuthorized(_ capturable: Money) -> Problem {
        var problem = Problem(
            "capture_exceeds_authorized", .conflict, "Capture too large",
            "At most \(capturable) is held for this order. Nothing was changed.")
        problem.amounts["capturable"] = capturable
        return problem
    }

    static func captureAlreadyRequested(_ amount: Money) -> Problem {
        var problem = Problem(
            "capture_already_requested", .conflict, "Capture already requested",
            "\(amount) of this order is being taken already; the rest is let go with it.")
        problem.amounts["requested"] = amount
        return problem
    }

    static var refundWorthNothing: Problem {
        Problem(
            "refund_worth_nothing", .conflict, "Nothing to give back",
            "These pieces cost nothing, so no money goes back for them. Give an amount as well.")
    }

    static func unknownRefundItem(_ field: String) -> Problem {
        .invalid("\(field).product_id", .notFound, "The order has no line of this product.")
    }

    static func tooManyRefundPieces(_ field: String, left: Int) -> Problem {
        .invalid(
            "\(field).quantity", .outOfRange,
            left == 0 ? "All pieces of it were given back before." : "At most \(left) of it were not given back before."
        )
    }

    static func refundNotChargeable(step: Money) -> Problem {
        .invalid("amount.amount", .notAllowed, "Cards are charged and refunded in steps of \(step).")
    }

    static func wrongRefundCurrency(_ currency: Currency) -> Problem {
        .invalid("amount.currency", .notAllowed, "The order was paid in \(currency).")
    }
}
