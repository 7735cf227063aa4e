/// Body of `POST /orders/{id}/payments`.
struct PaymentRequest: Equatable {
    let paymentMethod: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let method = fields.paymentMethod("payment_method")
        guard fields.isComplete, let method else { throw fields.rejection }
        paymentMethod = method
    }
}
