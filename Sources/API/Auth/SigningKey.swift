/// A secret that access tokens are signed with, and the name it goes by in their headers.
struct SigningKey: Sendable {
    /// The `kid`.
    let id: String
    /// At least 32 bytes: RFC 7518 §3.2 wants a key as long as the hash.
    let secret: [UInt8]
}
