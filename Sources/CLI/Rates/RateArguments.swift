import ArgumentParser
import Domain

/// What the commands about rates have in common.
enum RateArguments {
    static func id(_ text: String) throws -> RateSet.ID {
        guard let id = RateSet.ID(text) else { throw ValidationError("expected the id of a set of rates, a UUID.") }
        return id
    }

    static func notHeld(_ id: RateSet.ID) -> Failure {
        Failure("No set \(id) waits for a decision.", advice: "See those that do with: cartwright rates")
    }
}
