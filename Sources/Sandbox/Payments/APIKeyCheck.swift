/// Lets test keys in and nothing else. A live key here means that somebody pointed production settings at a sandbox, or worse, has one
/// lying about where it need not be; it is refused before anything is read.
enum APIKeyCheck {
    /// The test key of an `Authorization` header.
    /// - Throws: 401 with the reason.
    static func key(from authorization: String?) throws(StripeError) -> String {
        guard let authorization, let space = authorization.firstIndex(of: " "), authorization[..<space].lowercased() == "bearer" else {
            throw refusal("You did not provide an API key. Send the header 'Authorization: Bearer sk_test_…'.")
        }
        let key = authorization[authorization.index(after: space)...].drop { $0 == " " }
        if key.contains("_live_") {
            throw refusal(
                "This is the Cartwright sandbox, and it refuses live keys. Use any key that begins with sk_test_, and treat the live key as leaked."
            )
        }
        guard key.hasPrefix("sk_test_"), key.count > "sk_test_".count else {
            throw refusal("Invalid API Key provided: the sandbox takes any secret test key (sk_test_…).")
        }
        return String(key)
    }

    private static func refusal(_ message: String) -> StripeError {
        StripeError(status: 401, type: "invalid_request_error", message: message)
    }
}
