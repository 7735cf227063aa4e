import Domain

/// Body of `POST /auth/register`.
struct RegisterRequest {
    let email: EmailAddress
    let password: String
    let name: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let email = fields.email("email")
        let name = fields.text("name", 1...120)
        let password = fields.newPassword("password", of: [email?.rawValue, name])
        guard fields.isComplete, let email, let password, let name else { throw fields.rejection }
        self.email = email
        self.password = password
        self.name = name
    }
}
