/// What a mail about an order is for. An order gets at most one of each.
public enum MailKind: String, Hashable, Codable, Sendable, CaseIterable {
    /// The order is paid and on its way.
    case orderConfirmation = "order_confirmation"
}
