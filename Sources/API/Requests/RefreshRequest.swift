/// Body of `POST /auth/refresh` and `POST /auth/logout`.
struct RefreshRequest {
    let refreshToken: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let token = fields.string("refresh_token")
        guard fields.isComplete, let token else { throw fields.rejection }
        self.refreshToken = token
    }
}
