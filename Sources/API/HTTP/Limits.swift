/// What one request may cost before it is looked at.
enum Limits {
    /// Body, whether its length is given or it comes in chunks, unless the route says otherwise.
    static let bodyBytes = 16_384
    /// Body of an order of a hundred lines, written generously.
    static let orderBodyBytes = 65_536
    /// Body of a change of stock of a thousand lines, written generously.
    static let stockBodyBytes = 262_144
    /// Body of a webhook: providers send many events at once.
    static let webhookBodyBytes = 1_048_576
    /// Path and query together.
    static let targetBytes = 8_192
    /// All header fields together.
    static let headerBytes = 16_384
    static let headerFields = 200
    /// What the HTTP parser lets through before it gives up; the edge looks earlier.
    static let parserHeaderBytes = 65_536
    /// What a connection may go on sending after its request was refused, so that the client gets to read the refusal.
    static let drainedBytes = 8_388_608
    /// For so long the answer to an order that costs nothing waits for its outcome; it takes a worker milliseconds.
    static let freeOrderSeconds = 5
    /// A connection that says nothing for so long is closed.
    static let idleSeconds: Int64 = 75
    /// So many errors are named in one answer.
    static let fieldErrors = 50
    /// Bodies above this are parsed on a thread of their own.
    static let quickBodyBytes = 65_536
}
