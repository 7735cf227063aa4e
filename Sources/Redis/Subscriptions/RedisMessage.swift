/// What somebody published.
public struct RedisMessage: Sendable, Equatable {
    /// Where.
    public let channel: String
    /// What.
    public let payload: [UInt8]

    /// Puts a message together.
    public init(channel: String, payload: [UInt8]) {
        self.channel = channel
        self.payload = payload
    }

    /// The payload as text; nil when it is not UTF-8.
    public var text: String? { String(validating: payload, as: UTF8.self) }
}
