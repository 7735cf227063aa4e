import Crypto
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Postgres
import Testing

@testable import API

extension Shop {
    /// An event about an intent, as the provider writes it.
    static func event(
        _ type: String = "payment_intent.succeeded", id: String = "evt_\(UUID().uuidString)", live: Bool = false,
        object: String = "{\"id\":\"pi_1\"}"
    ) -> String {
        #"""
        {"id":"\#(id)","object":"event","created":1764000000,"livemode":\#(live),"type":"\#(type)",\#
        "data":{"object":\#(object)}}
        """#
    }

    /// Signs a body as the provider does, each secret once.
    static func signature(of body: String, secrets: [String] = [webhookSecrets[1]], at time: Date = Date()) -> String {
        let seconds = Int64(time.timeIntervalSince1970)
        let codes = secrets.map { secret in
            HMAC<SHA256>.authenticationCode(
                for: Data("\(seconds).\(body)".utf8), using: SymmetricKey(data: Data(secret.utf8))
            )
            .map { String(format: "%02x", $0) }.joined()
        }
        return (["t=\(seconds)"] + codes.map { "v1=\($0)" }).joined(separator: ",")
    }

    /// Sends a body to the webhook of the payment provider.
    func tell(_ body: String, signature: String?, contentType: String? = "application/json; charset=utf-8") async throws
        -> Answer
    {
        try await tell(body, signatures: signature.map { [$0] } ?? [], contentType: contentType)
    }

    /// The same with any number of signatures, each in a header of its own.
    func tell(
        _ body: String, signatures: [String], contentType: String? = "application/json; charset=utf-8"
    ) async throws -> Answer {
        var headers: HTTPFields = [:]
        let field = try #require(HTTPField.Name("Stripe-Signature"))
        for signature in signatures { headers.append(HTTPField(name: field, value: signature)) }
        if let contentType { headers[.contentType] = contentType }
        let response = try await client.execute(
            uri: Route.base + "/webhooks/stripe", method: .post, headers: headers, body: ByteBuffer(string: body))
        return Answer(status: response.status.code, headers: response.headers, body: Array(buffer: response.body))
    }

    /// The same, properly signed.
    func tell(_ body: String) async throws -> Answer { try await tell(body, signature: Self.signature(of: body)) }

    /// Events there are of a name, and jobs for them that are not done.
    func taken(_ id: String) async throws -> [Int] {
        let row = try #require(
            await database.query(
                """
                SELECT (SELECT count(*) FROM webhook_events WHERE event_id = \(id)) AS events,
                       (SELECT count(*) FROM jobs
                           WHERE name = 'payment_event.process' AND payload ->> 'eventID' = \(id)) AS jobs
                """
            ).first)
        return [try row["events"], try row["jobs"]]
    }
}
