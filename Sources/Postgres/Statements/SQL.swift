/// A statement with its parameters.
///
/// Written as a string literal, where every interpolated value becomes a parameter `$n`, never text of the statement:
///
///     let sql: SQL = "SELECT id FROM orders WHERE number = \(number) AND status = \(status)"
///
/// The same source line always gives the same text, and each text is prepared once per connection.
public struct SQL: Sendable, Equatable {
    /// The statement with `$1…` in place of values.
    public let text: String
    /// The values, in the order of their numbers.
    public let parameters: [PostgresParameter]

    /// A statement whose `$1…` are numbered by hand.
    public init(_ text: String, _ parameters: [any PostgresEncodable] = []) {
        self.text = text
        self.parameters = parameters.map(\.postgresParameter)
    }
}

extension SQL: ExpressibleByStringInterpolation {
    /// A statement without parameters.
    public init(stringLiteral value: String) {
        text = value
        parameters = []
    }

    /// A statement with its values interpolated.
    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        parameters = stringInterpolation.parameters
    }

    /// Collects the text and the values of a literal.
    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        var parameters: [PostgresParameter] = []

        /// Called by the compiler.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 3 * interpolationCount)
            parameters.reserveCapacity(interpolationCount)
        }

        /// The literal's own text.
        public mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// A value: becomes the next parameter.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            parameters.append(value.postgresParameter)
            text += "$"
            text += String(parameters.count)
        }

        /// A value that may be `NULL`: becomes the next parameter. Stated for optionals so that the compiler, which
        /// warns of optionals in texts, sees that they are meant here.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            parameters.append(value.postgresParameter)
            text += "$"
            text += String(parameters.count)
        }

        /// A name of a table, column, schema or database, quoted as PostgreSQL asks for.
        public mutating func appendInterpolation(identifier: String) {
            text += SQL.quoted(identifier: identifier)
        }

        /// Text of the statement as it is. Only for fragments written in our own source, never for anything that came
        /// from outside.
        package mutating func appendInterpolation(raw: String) {
            text += raw
        }
    }

    /// `identifier` in double quotes, with quotes inside doubled.
    static func quoted(identifier: String) -> String {
        "\"\(identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
}

/// A value on its way to the server, in PostgreSQL's text form.
///
/// The server infers each parameter's type from the statement, so the text of a number serves an `integer`, a `bigint`
/// and a `numeric` alike; where a statement leaves the type open, cast it: `\(ids)::uuid[]`.
public struct PostgresParameter: Hashable, Sendable {
    /// The text form; nil is NULL.
    public let text: String?

    /// A value in its text form; nil is NULL.
    public init(text: String?) { self.text = text }

    /// NULL.
    public static let null = PostgresParameter(text: nil)
}

extension SQL.StringInterpolation {
    /// A part of a statement with its own values, which become the next parameters. For statements whose conditions
    /// differ from call to call:
    ///
    ///     let condition: SQL = "state = \(state)"
    ///     let statement: SQL = "SELECT id FROM jobs WHERE \(condition) LIMIT \(limit)"
    public mutating func appendInterpolation(_ part: SQL) {
        text += part.text(numberedAfter: parameters.count)
        parameters += part.parameters
    }
}

extension SQL {
    /// Parts one after the other, with `separator` between them.
    public static func joined(_ parts: [SQL], separator: String) -> SQL {
        var joined = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
        for (index, part) in parts.enumerated() {
            if index > 0 { joined.appendLiteral(separator) }
            joined.appendInterpolation(part)
        }
        return SQL(stringInterpolation: joined)
    }

    /// The text with `$1…` counted on from `offset`.
    fileprivate func text(numberedAfter offset: Int) -> String {
        if offset == 0 || parameters.isEmpty { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[...dollar]
            rest = rest[rest.index(after: dollar)...]
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            if let number = Int(digits) {
                result += String(number + offset)
                rest = rest[digits.endIndex...]
            }
        }
        return result + rest
    }
}
