import Bootstrap
import Domain

/// Body of `POST /auth/login`.
struct LoginRequest {
    /// nil when the text is no mail address: there is no such account, and the answer is the same.
    let email: EmailAddress?
    let password: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let email = fields.string("email")
        let password = fields.string("password")
        guard fields.isComplete, let email, let password else { throw fields.rejection }
        guard password.utf8.count <= BCrypt.passwordBytes.upperBound else {
            throw .invalid("password", .tooLong, "At most \(BCrypt.passwordBytes.upperBound) bytes are allowed.")
        }
        self.email = EmailAddress(rawValue: email)
        self.password = password
    }
}
