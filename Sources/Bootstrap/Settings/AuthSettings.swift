import FoundationEssentials

/// What access tokens are signed with: `AUTH_SIGNING_KEYS`, `id:base64[,id:base64…]`. The first signs, the others are
/// still accepted.
package struct AuthSettings: Sendable {
    /// RFC 7518, 3.2: a key for HS256 has at least as many bytes as the hash.
    private static let leastBytes = 32

    /// Never empty.
    package let signingKeys: [SigningKeySetting]

    package init?(_ reader: inout SettingsReader) {
        let name = "AUTH_SIGNING_KEYS"
        let form = "id:base64[,id:base64…], each key at least \(Self.leastBytes) random bytes before encoding"
        let advice = "make one with: echo \"$(date +%Y%m%d):$(head -c 48 /dev/urandom | base64 -w0)\""
        guard let text = reader.optional(name) else {
            reader.note(SettingProblem(name: name, wrong: "is not set", expected: form, advice: advice))
            return nil
        }
        var keys: [SigningKeySetting] = []
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            switch Self.key(part) {
            case .success(let key) where keys.contains { $0.id == key.id }:
                reader.note(
                    SettingProblem(
                        name: name, wrong: "uses the id '\(key.id)' twice", expected: "an id of its own for each key"))
            case .success(let key): keys.append(key)
            case .failure(let fault):
                reader.note(
                    SettingProblem(
                        name: name, wrong: "entry \(index + 1) \(fault.text)", expected: form, advice: advice))
            }
        }
        guard !keys.isEmpty else { return nil }
        signingKeys = keys
    }

    private struct Fault: Error {
        let text: String
    }

    private static func key(_ entry: Substring) -> Result<SigningKeySetting, Fault> {
        let parts = entry.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ ASCII.isLetterOrDigit($0) || "-_.".utf8.contains($0) })
        else { return .failure(Fault(text: "has no id of letters, digits, '-', '_' or '.' before a colon")) }
        guard let secret = Data(base64Encoded: String(parts[1])) else {
            return .failure(Fault(text: "is not base64 after the colon"))
        }
        guard secret.count >= leastBytes else { return .failure(Fault(text: "has only \(secret.count) bytes")) }
        guard !isGuessable(secret) else {
            return .failure(Fault(text: "is a value people use as an example or can guess"))
        }
        return .success(SigningKeySetting(id: String(parts[0]), secret: Array(secret)))
    }

    /// Whether the key was plainly not drawn at random: few different bytes, or words of examples and manuals.
    private static func isGuessable(_ secret: Data) -> Bool {
        // 32 random bytes hold about 30 different values; fewer than 12 do not happen.
        if Set(secret).count < 12 { return true }
        let text = String(decoding: secret, as: UTF8.self).lowercased()
        return [
            "secret", "changeme", "change-me", "change_me", "password", "example", "default", "0123456789",
            "abcdefghij", "signing",
        ]
        .contains { text.contains($0) }
    }
}

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
