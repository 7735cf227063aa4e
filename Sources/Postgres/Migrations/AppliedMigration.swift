/// A migration that has just been applied.
public struct AppliedMigration: Sendable, Equatable, CustomStringConvertible {
    /// The set it belongs to.
    public let set: String
    /// Its number.
    public let number: Int
    /// Its name.
    public let name: String
    /// How long it took.
    public let duration: Duration

    /// As in `shop/0001_catalogue`.
    public var description: String { MigrationSet.label(set, number, name) }
}
