/// The tokens of a session, and at registration the new account beside them.
struct SessionBody: Encodable {
    var user: UserBody?
    let accessToken: String
    let tokenType = "Bearer"
    let expiresIn = AccessClaims.lifetime
    let refreshToken: String
    /// Whether the guest's cart became the user's; there when the request came with a cart token.
    var isCartMerged: Bool?
    /// How many of the guest's orders became the user's; there when the request came with a cart token.
    var ordersTakenOver: Int?

    enum CodingKeys: String, CodingKey {
        case user
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case refreshToken = "refresh_token"
        case isCartMerged = "cart_merged"
        case ordersTakenOver = "orders_taken_over"
    }
}
