extension FaultRule {
    /// Reads a form of the switches page: the names of the JSON of a rule, an empty field being absent.
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
