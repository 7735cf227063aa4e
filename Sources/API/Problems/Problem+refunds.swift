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
            "order_not_paid", .conflict, "Order not paid", "The order is \(status.rawValue): no money was taken that could be given back.")
    }

    static func nothingToCapture(_ status: OrderStatus) -> Problem {
        Problem(
            "order_not_authorized", .conflict, "Nothing to capture",
            "The order is \(status.rawValue): no money is set aside for it that could be taken.")
    }

    static func refundNotChargeable(step: Money) -> Problem {
        .invalid("amount.amount", .notAllowed, "Cards are charged and refunded in steps of \(step).")
    }

    static func wrongRefundCurrency(_ currency: Currency) -> Problem {
        .invalid("amount.currency", .notAllowed, "The order was paid in \(currency).")
    }
}
