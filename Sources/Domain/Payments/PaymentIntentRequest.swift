/// What an intent is made from.
package struct PaymentIntentRequest: Sendable, Hashable {
    /// When the money moves, relative to the confirmation.
    package enum CaptureMethod: String, Sendable, Hashable, Codable, CaseIterable {
        /// At once.
        case automatic
        /// Authorized first, captured by a later call.
        case manual
    }

    /// The order to be paid. Written into the intent, so that an intent can be joined to its order whatever we have
    /// lost.
    package let orderID: Order.ID
    /// The number the customer knows the order by.
    package let orderNumber: Int64
    /// What is to be charged.
    package let amount: Money
    /// When the money moves.
    package let captureMethod: CaptureMethod
    /// Names this call, so that repeating it gives the same intent.
    package let key: IdempotencyKey
    /// Further pairs stored with the intent, such as our own payment id. `order_id` is added by itself.
    package let metadata: [String: String]

    package init(
        orderID: Order.ID, orderNumber: Int64, amount: Money, captureMethod: CaptureMethod = .automatic,
        key: IdempotencyKey,
        metadata: [String: String] = [:]
    ) {
        self.orderID = orderID
        self.orderNumber = orderNumber
        self.amount = amount
        self.captureMethod = captureMethod
        self.key = key
        self.metadata = metadata
    }
}
