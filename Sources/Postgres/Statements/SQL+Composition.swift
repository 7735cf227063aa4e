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
