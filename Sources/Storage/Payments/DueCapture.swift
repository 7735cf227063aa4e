public import Domain
public import FoundationEssentials

/// Money that is set aside and that nobody has asked to take, shortly before the provider lets it go.
public struct DueCapture: Hashable, Sendable {
    /// The order.
    public let orderID: Order.ID
    /// Its number.
    public let orderNumber: Int64
    /// What is set aside.
    public let amount: Money
    /// When the provider lets it go.
    public let before: Date
}
