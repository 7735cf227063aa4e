import Hummingbird

extension Request {
    /// This server's URL as the client reached it, so that links work through a forwarded port or from inside a
    /// container.
    var baseURL: String { "http://" + (head.authority ?? "127.0.0.1") }
}
