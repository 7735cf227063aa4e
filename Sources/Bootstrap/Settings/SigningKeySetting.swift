/// A key that signs access tokens.
package struct SigningKeySetting: Sendable, Hashable {
    /// The `kid` of the token's header.
    package let id: String
    /// At least 32 bytes.
    package let secret: [UInt8]
}

extension SigningKeySetting: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The id alone.
    package var description: String { "signing key \(id)" }
    /// The id alone.
    package var debugDescription: String { description }
    /// Nothing: a dump shows no secret.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
