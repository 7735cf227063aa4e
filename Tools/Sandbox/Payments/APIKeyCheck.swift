/// Lets test keys in and nothing else. A live key here means that production settings point at a sandbox, or
/// worse, has one lying about where it need not be; it is refused before anything is read.
///
/// A restricted key says in its name what it may do, as the provider's dashboard would: `rk_test_none_…` nothing,
/// `rk_test_read_…` only reading, `rk_test_payment_intent_write_…` only that and reading payments; any other
/// everything.
enum APIKeyCheck {
    /// The test key of an `Authorization` header.
    /// - Throws: 401 with the reason, 403 when the key may not do this.
    static func key(from authorization: String?, for operation: PaymentOperation) throws(StripeError) -> String {
        guard let key = secret(in: authorization) else {
            throw refusal(
                "You did not provide an API key. You need to provide your API key in the Authorization header, "
                    + "using Bearer auth (e.g. 'Authorization: Bearer sk_test_…')."
            )
        }
        if key.contains("_live_") {
            throw refusal(
                "This is the Cartwright sandbox, and it refuses live keys. Use any key that begins with "
                    + "sk_test_, and treat the live key as leaked."
            )
        }
        let kind = key.prefix(8)
        guard kind == "sk_test_" || kind == "rk_test_", key.count > 8 else {
            throw refusal(
                "Invalid API Key provided: \(masked(key)). The sandbox takes any secret test key (sk_test_…) "
                    + "and any restricted one (rk_test_…)."
            )
        }
        if kind == "rk_test_", !isAllowed(key.dropFirst(8), operation) {
            throw StripeError(
                status: 403, type: "invalid_request_error",
                message:
                    "The provided key '\(masked(key))' does not have the required permissions for this endpoint "
                    + "on account 'acct_sandbox'. Having the 'rak_\(operation.permission)' permission would allow "
                    + "this request to continue."
            )
        }
        return key
    }

    /// The key of `Bearer`, or of `Basic` with the key as the user and no password.
    private static func secret(in authorization: String?) -> String? {
        guard let authorization, let space = authorization.firstIndex(of: " ") else { return nil }
        let rest = String(authorization[authorization.index(after: space)...].drop { $0 == " " })
        switch authorization[..<space].lowercased() {
        case "bearer": return rest
        case "basic":
            guard let text = SMTPCredentials.decode(rest), let colon = text.firstIndex(of: ":") else { return nil }
            return String(text[..<colon])
        default: return nil
        }
    }

    private static func isAllowed(_ name: Substring, _ operation: PaymentOperation) -> Bool {
        if name.hasPrefix("none") { return false }
        if name.hasPrefix("read") { return !operation.isWrite }
        let resources = ["payment_intent", "charge", "payment_method", "dispute", "event"]
        guard let resource = resources.first(where: { name.hasPrefix($0 + "_write") || name.hasPrefix($0 + "_read") })
        else { return true }
        let isOfResource = operation.permission.hasPrefix(resource + "_")
        return isOfResource && (!operation.isWrite || name.hasPrefix(resource + "_write"))
    }

    /// A key of which only the ends can be read.
    private static func masked(_ key: String) -> String {
        key.count <= 12 ? "***" : key.prefix(8) + String(repeating: "*", count: min(key.count - 12, 20)) + key.suffix(4)
    }

    private static func refusal(_ message: String) -> StripeError {
        StripeError(status: 401, type: "invalid_request_error", message: message)
    }
}
