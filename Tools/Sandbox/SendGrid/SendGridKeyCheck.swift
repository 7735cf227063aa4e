/// Lets made-up keys in and nothing else: a real one has `SG.`, 22 and 43 characters, and has no business here.
enum SendGridKeyCheck {
    /// Why an `Authorization` header is refused; nil when it is not.
    static func refusal(of authorization: String?) -> SendGridDefect? {
        guard let authorization, authorization.lowercased().hasPrefix("bearer ") else {
            return SendGridDefect(
                nil, "Permission denied, wrong credentials: send the header 'Authorization: Bearer SG.…'.")
        }
        let key = authorization.dropFirst("bearer ".count).trimmed
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 3, parts[0] == "SG", parts[1].count == 22, parts[2].count == 43 {
            return SendGridDefect(
                nil,
                "This is the Cartwright sandbox, and it refuses keys that look real. Use SG.sandbox, and treat the real key as leaked."
            )
        }
        guard key.hasPrefix("SG."), key.count > 3 else {
            return SendGridDefect(
                nil,
                "The provided authorization grant is invalid: the sandbox takes any key that begins with SG. and is not real."
            )
        }
        return nil
    }
}
