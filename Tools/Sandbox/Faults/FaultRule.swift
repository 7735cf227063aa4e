/// A standing order to misbehave: what, how often, and to whom.
struct FaultRule: Sendable, Codable, Equatable {
    /// Where in an SMTP dialogue a message is refused. The first two are about the shop, not about who gets the email;
    /// the provider's API has a refusal of its own for each.
    enum Stage: String, Sendable, Codable, CaseIterable {
        /// Instead of the greeting: the server wants nothing from this client.
        case greeting
        /// At `MAIL FROM`: the server wants nothing from this sender.
        case sender = "mail"
        /// At `RCPT TO`, before any content.
        case recipient = "rcpt"
        /// After the final dot.
        case content = "dot"
    }

    /// What garbage looks like.
    enum Shape: String, Sendable, Codable {
        /// A page of HTML, as a proxy in between would send it.
        case html
        /// JSON of another kind.
        case json
    }

    let kind: FaultKind
    /// How likely a matching call is hit, 0…1.
    var rate: Double = 1
    /// How many calls are left to be hit; nil is without end.
    var count: Int?
    /// Only this call of the payments stand-in.
    var endpoint: PaymentOperation?
    /// Only calls about this order (payments: `metadata[order_id]`; mail: the header `X-Order-ID`, known only after the
    /// dot).
    var orderID: String?
    /// Only email to this address. With a kind for webhooks: only events of emails, to this address or (`*`) any.
    var recipient: String?
    /// What garbage looks like; HTML unless told.
    var shape: Shape?
    /// Only this event.
    var event: EventKind?
    /// How many copies of a duplicated event are sent, 2…50; two unless told.
    var copies: Int?
    /// Wait this long first, in milliseconds; with any kind for payments, and with late and reordered events.
    var milliseconds: Int?
    /// What `Retry-After` (mail: `X-RateLimit-Reset`) says with a 429, in seconds.
    var retryAfter: Int?
    /// Where `reject_4xx` and `reject_5xx` strike; at the recipient unless told.
    var stage: Stage?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, rate, count, endpoint, recipient, stage, event, copies, shape
        case orderID = "order_id"
        case milliseconds = "ms"
        case retryAfter = "retry_after"
    }

    init(_ kind: FaultKind) {
        self.kind = kind
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        kind = try fields.decode(FaultKind.self, forKey: .kind)
        rate = try fields.decodeIfPresent(Double.self, forKey: .rate) ?? 1
        count = try fields.decodeIfPresent(Int.self, forKey: .count)
        endpoint = try fields.decodeIfPresent(PaymentOperation.self, forKey: .endpoint)
        orderID = try fields.decodeIfPresent(String.self, forKey: .orderID)
        recipient = try fields.decodeIfPresent(String.self, forKey: .recipient)
        milliseconds = try fields.decodeIfPresent(Int.self, forKey: .milliseconds)
        retryAfter = try fields.decodeIfPresent(Int.self, forKey: .retryAfter)
        stage = try fields.decodeIfPresent(Stage.self, forKey: .stage)
        shape = try fields.decodeIfPresent(Shape.self, forKey: .shape)
        event = try fields.decodeIfPresent(EventKind.self, forKey: .event)
        copies = try fields.decodeIfPresent(Int.self, forKey: .copies)
        try validate()
    }

    /// - Throws: `FaultError` with the field at fault and what was expected.
    func validate() throws(FaultError) {
        guard (0...1).contains(rate) else { throw FaultError("rate must lie between 0 and 1, not \(rate)") }
        if let count, count < 1 { throw FaultError("count must be at least 1, not \(count)") }
        if let milliseconds, !(0...600_000).contains(milliseconds) {
            throw FaultError("ms must lie between 0 and 600000, not \(milliseconds)")
        }
        if let retryAfter, !(0...3_600).contains(retryAfter) {
            throw FaultError("retry_after must lie between 0 and 3600 seconds, not \(retryAfter)")
        }
        if let copies, !(2...50).contains(copies) {
            throw FaultError("copies must lie between 2 and 50, not \(copies)")
        }
        if kind == .slow || kind == .webhookLate, milliseconds == nil {
            throw FaultError("\(kind.rawValue) needs ms: how long, in milliseconds")
        }
        if shape != nil, kind != .garbage {
            throw FaultError("shape says what garbage looks like; \(kind.rawValue) has none")
        }
        let (isForEmail, isForEvents) = (recipient != nil || stage != nil, event != nil || copies != nil)
        switch kind.aim {
        case .payments where isForEmail || isForEvents:
            throw FaultError(
                "\(kind.rawValue) is for payments; recipient and stage are for mail, event and copies for webhooks")
        case .mail
        where endpoint != nil || milliseconds != nil || (retryAfter != nil && kind != .mailRateLimited) || isForEvents:
            throw FaultError("\(kind.rawValue) is for mail; endpoint, ms, retry_after, event and copies are not")
        case .webhooks where endpoint != nil || retryAfter != nil || stage != nil:
            throw FaultError("\(kind.rawValue) is for webhooks; endpoint, retry_after and stage are not")
        default: break
        }
    }
}

extension FaultRule {
    /// Reads a form of the faults page: the names of the JSON of a rule, an empty field being absent.
    /// - Throws: `FaultError` with the field at fault and what was expected.
    init(form: [String: FormValue]) throws(FaultError) {
        let given = form.compactMapValues { $0.text.flatMap { $0.isEmpty ? nil : $0 } }
        guard let kind = given["kind"].flatMap(FaultKind.init) else {
            throw FaultError("kind must be one of those on the page")
        }
        self.init(kind)
        rate = try Self.read("rate", given, "a number from 0 to 1") { Double($0) } ?? 1
        count = try Self.read("count", given, "a whole number") { Int($0) }
        milliseconds = try Self.read("ms", given, "a whole number") { Int($0) }
        retryAfter = try Self.read("retry_after", given, "a whole number") { Int($0) }
        copies = try Self.read("copies", given, "a whole number") { Int($0) }
        endpoint = try Self.read("endpoint", given, "an endpoint", PaymentOperation.init)
        stage = try Self.read("stage", given, "greeting, mail, rcpt or dot", Stage.init)
        shape = try Self.read("shape", given, "html or json", Shape.init)
        event = try Self.read("event", given, "a type of event", EventKind.init)
        orderID = given["order_id"]
        recipient = given["recipient"]
        try validate()
    }

    private static func read<Value>(
        _ name: String, _ given: [String: String], _ expected: String, _ convert: (String) -> Value?
    ) throws(FaultError) -> Value? {
        guard let text = given[name] else { return nil }
        guard let value = convert(text) else { throw FaultError("\(name) is \(expected), not '\(text)'") }
        return value
    }
}

extension FaultRule {
    /// Reads the value of `X-Sandbox-Fault`: a kind, with `=` and a number where it takes one (`slow=300` in
    /// milliseconds, `429=2` in seconds), or the look of `garbage=json`.
    /// - Throws: `FaultError` for anything else, so that a misspelt test does not pass by testing nothing.
    init(header: String) throws(FaultError) {
        let parts = header.split(separator: "=", maxSplits: 1)
        guard let first = parts.first, let kind = FaultKind(rawValue: String(first)), kind.aim == .payments else {
            let kinds = FaultKind.allCases.filter { $0.aim == .payments }.map(\.rawValue).joined(separator: ", ")
            throw FaultError("X-Sandbox-Fault must be one of \(kinds), not '\(header)'")
        }
        self.init(kind)
        if parts.count == 2, kind == .garbage {
            guard let shape = Shape(rawValue: String(parts[1])) else {
                throw FaultError("X-Sandbox-Fault: garbage is html or json")
            }
            self.shape = shape
        } else if parts.count == 2 {
            guard let number = Int(parts[1]) else {
                throw FaultError("X-Sandbox-Fault: '\(parts[1])' is no whole number")
            }
            if kind == .rateLimited { retryAfter = number } else { milliseconds = number }
        }
        try validate()
    }
}
