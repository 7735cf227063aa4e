import ArgumentParser
import Domain

/// How people name an order: by the number on the invoice or by the id in URLs.
enum OrderReference: Hashable, Sendable {
    case number(Int64)
    case id(Order.ID)

    /// Reads `100042`, `#100042` or a UUID; nil for anything else.
    init?(_ argument: String) {
        if let id = Order.ID(argument) {
            self = .id(id)
        } else if let number = Int64(argument.hasPrefix("#") ? String(argument.dropFirst()) : argument), number > 0 {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// Reads an argument. Throws `ValidationError` that says what was expected.
    static func parse(_ text: String) throws -> OrderReference {
        guard let reference = OrderReference(text) else {
            throw ValidationError("expected an order's number such as 100042, or its id.")
        }
        return reference
    }
}
