package import Domain
package import FoundationEssentials

/// Money that is set aside and that nobody has asked to take, shortly before the provider lets it go.
package struct DueCapture: Hashable, Sendable {
    /// The order.
    package let orderID: Order.ID
    /// Its number.
    package let orderNumber: Int64
    /// What is set aside.
    package let amount: Money
    /// When the provider lets it go.
    package let before: Date
}
