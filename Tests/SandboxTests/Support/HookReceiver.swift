import Crypto
import Foundation
import TestSupport

/// The shop's side of a webhook: takes what comes, notes it, and answers what it is told to.
final class HookReceiver: Sendable {
    /// One webhook as it arrived.
    struct Hook: Sendable {
        let request: ScriptedRequest
        let at: Date

        var object: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(request.body.utf8))) as? [String: Any] ?? [:]
        }
        var id: String { object["id"] as? String ?? "" }
        var type: String { object["type"] as? String ?? "" }
        /// What the event is about.
        var subject: [String: Any] { (object["data"] as? [String: Any])?["object"] as? [String: Any] ?? [:] }
        /// `t` of the signature.
        var signedAt: Int? { part("t").first.flatMap { Int($0) } }

        /// Whether one of the signatures was made with a secret.
        func isSigned(with secret: String) -> Bool {
            guard let time = part("t").first else { return false }
            let key = SymmetricKey(data: Data(secret.utf8))
            let code = HMAC<SHA256>.authenticationCode(for: Data("\(time).\(request.body)".utf8), using: key)
            return part("v1").contains(code.map { String(format: "%02x", $0) }.joined())
        }

        private func part(_ name: String) -> [String] {
            (request.headers["stripe-signature"] ?? "").split(separator: ",").filter { $0.hasPrefix(name + "=") }
                .map { String($0.dropFirst(name.count + 1)) }
        }
    }

    private let log = ScriptLog<Hook>()
    private let server: ScriptedServer

    /// - Parameter status: the answer to a webhook, given those that came before it.
    init(_ status: @escaping @Sendable (Hook, [Hook]) -> Int = { _, _ in 200 }) throws {
        server = try ScriptedServer { [log] conversation in
            while true {
                let hook = Hook(request: try conversation.readRequest(), at: .now)
                let earlier = log.entries
                log.note(hook)
                try conversation.answer(status(hook, earlier))
            }
        }
    }

    var url: String { server.url + "/webhooks/stripe" }

    /// What came so far, in order; of one type where given.
    func hooks(_ type: String? = nil) -> [Hook] { log.entries.filter { type == nil || $0.type == type } }

    /// Waits until so many of a type have come.
    func wait(for count: Int, _ type: String) async throws -> [Hook] {
        try await eventually("\(count) × \(type)") { hooks(type).count >= count ? hooks(type) : nil }
    }

    func stop() { server.stop() }
}
