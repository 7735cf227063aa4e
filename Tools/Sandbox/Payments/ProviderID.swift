/// Makes identifiers in the provider's form: a prefix that says the kind and 24 random letters and digits.
enum ProviderID {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    static func intent() -> String { "pi_" + random(24) }
    static func charge() -> String { "ch_" + random(24) }
    static func refund() -> String { "re_" + random(24) }
    static func dispute() -> String { "du_" + random(24) }
    /// The movement on the provider's balance that a charge or a refund made.
    static func transaction(of id: String) -> String { "txn_" + id.drop { $0 != "_" }.dropFirst() }
    static func event() -> String { "evt_" + random(24) }
    static func thinEvent() -> String { "evt_test_" + random(32) }
    static func mail() -> String { random(22) }
    static func boundary() -> String { random(22) }
    static func request() -> String { "req_" + random(14) }
    static func secret(of intent: String) -> String { intent + "_secret_" + random(25) }

    static func hexadecimal(_ length: Int) -> String {
        String((0..<length).map { _ in "0123456789abcdef".randomElement() ?? "0" })
    }

    private static func random(_ length: Int) -> String {
        // 62 letters, so there is always one to pick; the first stands in only for the type checker.
        String((0..<length).map { _ in alphabet.randomElement() ?? "0" })
    }
}
