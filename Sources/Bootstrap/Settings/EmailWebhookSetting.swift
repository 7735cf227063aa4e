import FoundationEssentials

/// The key that tells the mail provider's events from others', `SENDGRID_WEBHOOK_KEY`.
enum EmailWebhookSetting {
    /// What a public key of the curve P-256 begins with (RFC 5480, 2), up to the point itself.
    private static let beginning: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
        0xCE, 0x3D, 0x03, 0x01,
        0x07, 0x03, 0x42, 0x00, 0x04,
    ]

    /// The key's DER; `nil`, with a problem noted where there is one, when the shop listens to nobody.
    static func read(_ reader: inout SettingsReader) -> [UInt8]? {
        reader.value(
            "SENDGRID_WEBHOOK_KEY", default: nil,
            expected: "the verification key of the provider's signed event webhook, which begins with MFkw"
        ) { text in
            let bytes = Data(base64Encoded: text).map(Array.init) ?? []
            return bytes.count == 91 && bytes.starts(with: beginning) ? .some(bytes) : nil
        }
    }
}
