import Foundation

/// What is wrong with the rates: the body of `PUT /_sandbox/rates`. What is absent is not wrong.
struct RateControls: Sendable, Codable, Equatable {
    /// How a document is broken.
    enum Break: String, Sendable, Codable, CaseIterable {
        /// The central bank's file is not well-formed.
        case xml
        /// The JSON documents are not well-formed.
        case json
        /// Half of any document arrives, then the connection closes.
        case half
        /// No document: 500.
        case failure = "500"
    }

    /// The set is that of so many days before today's.
    var ageDays: Int?
    /// By what the worth of one euro in a currency is multiplied, such as `{"USD": 1.3}`.
    var jump: [String: Decimal]?
    var breaks: Break?
    /// Whether the last rate of every document is below zero.
    var negative: Bool?

    enum CodingKeys: String, CodingKey {
        case ageDays = "age_days"
        case breaks = "break"
        case jump, negative
    }

    init() {}

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        ageDays = try fields.decodeIfPresent(Int.self, forKey: .ageDays)
        jump = try fields.decodeIfPresent([String: Decimal].self, forKey: .jump)
        breaks = try fields.decodeIfPresent(Break.self, forKey: .breaks)
        negative = try fields.decodeIfPresent(Bool.self, forKey: .negative)
        try validate()
    }

    /// Reads the form on the rates page: `age_days`, `jump_currency` with `jump_factor`, `break` and `negative`; an
    /// empty field is absent.
    init(form: [String: FormValue]) throws(FaultError) {
        let given = form.compactMapValues { $0.text.flatMap { $0.isEmpty ? nil : $0 } }
        if let days = given["age_days"] {
            guard let number = Int(days) else { throw FaultError("age_days is a whole number, not '\(days)'") }
            ageDays = number
        }
        if let currency = given["jump_currency"] {
            guard let factor = given["jump_factor"].flatMap({ Decimal(string: $0) }) else {
                throw FaultError("jump_factor is a number")
            }
            jump = [currency.uppercased(): factor]
        }
        if let name = given["break"] {
            guard let known = Break(rawValue: name) else { throw FaultError("'\(name)' breaks nothing") }
            breaks = known
        }
        if given["negative"] != nil { negative = true }
        try validate()
    }

    /// - Throws: `FaultError` with the field at fault and what was expected.
    private func validate() throws(FaultError) {
        if let ageDays, !(0...10_000).contains(ageDays) {
            throw FaultError("age_days must lie between 0 and 10000, not \(ageDays)")
        }
        for (code, factor) in jump ?? [:] {
            guard RateTable.currencies.contains(code) else { throw FaultError("there is no rate of '\(code)' to jump") }
            guard factor > 0 else { throw FaultError("a rate jumps by a factor above 0, not \(factor)") }
        }
    }
}
