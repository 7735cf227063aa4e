import Domain

/// Somebody who is logged in.
struct Member: Sendable {
    static let password = "correct horse battery"

    let id: User.ID
    let email: String
    let accessToken: String
    let refreshToken: String
}
