import JSON

/// One reason why a request is refused, in the provider's shape: `{"errors": [{message, field, help}]}`.
struct SendGridDefect: Sendable, Equatable {
    let message: String
    /// Where in the request, as `personalizations.0.to`; nil when it is none of its fields.
    let field: String?

    init(_ field: String?, _ message: String) {
        self.field = field
        self.message = message
    }

    /// The document that goes to the caller.
    static func body(_ defects: [SendGridDefect]) -> JSONValue {
        .object([
            (
                "errors",
                .array(
                    defects.map { defect in
                        .object([
                            ("message", .string(defect.message)), ("field", .optional(defect.field)), ("help", .null),
                        ])
                    })
            )
        ])
    }
}
