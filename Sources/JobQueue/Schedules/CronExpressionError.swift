/// What is wrong with a cron expression, which of its fields it is, and what was expected there.
public struct CronExpressionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The whole expression.
    public let expression: String
    /// The field: `minute`, `hour`, `day of month`, `month`, `day of week`; nil when it is the expression as a whole.
    public let field: String?
    /// What was found and cannot be used.
    public let found: String
    /// What would be right.
    public let expected: String

    init(_ expression: String, _ field: CronField? = nil, found: String, expected: String) {
        self.expression = expression
        self.field = field?.title
        self.found = found
        self.expected = expected
    }

    /// A sentence for people.
    public var description: String {
        "the cron expression \"\(expression)\" cannot be used: \(field.map { "\($0): " } ?? "")\(found); expected \(expected)"
    }
}
