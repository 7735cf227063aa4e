import ArgumentParser

/// A number, or `none`.
struct QueueLimit<Number: LosslessStringConvertible & Sendable>: ExpressibleByArgument, CustomStringConvertible,
    Sendable
{
    /// Nil takes the limit away.
    let value: Number?

    init?(argument: String) {
        if argument == "none" {
            value = nil
        } else if let number = Number(argument) {
            value = number
        } else {
            return nil
        }
    }

    var description: String { value.map(\.description) ?? "none" }
}
