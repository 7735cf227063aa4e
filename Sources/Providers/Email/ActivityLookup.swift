package import Domain
internal import FoundationEssentials
import JSON
package import OutboundHTTP

/// Asks the email provider over HTTP whether it accepted a message: `GET <address>?message_id=<id>`, answered by
/// `{"accepted": true}`.
package struct ActivityLookup: EmailActivity {
    private struct Answer: Decodable {
        let accepted: Bool
    }

    private let client: OutboundHTTPClient
    private let url: BaseURL
    private let timeout: Duration

    /// Checks the address; sends nothing.
    ///
    /// - Throws: when the address cannot be used.
    package init(client: OutboundHTTPClient, url: String, timeout: Duration = .seconds(10)) throws(ProviderSettingError)
    {
        self.url = try BaseURL(url, setting: "email activity address")
        self.client = client
        self.timeout = timeout
    }

    /// Whether the provider accepted the message. Its no counts, once it has had time to take note.
    package func trace(of delivery: EmailDelivery, messageID: String) async throws(EmailFailure) -> EmailTrace {
        let request = OutboundRequest(
            url: "\(url.text)?message_id=\(PercentEncoding.encode(messageID))", headers: ["Accept": "application/json"],
            timeout: timeout,
            maximumResponseBytes: 64 << 10)
        let response: OutboundResponse
        do {
            response = try await client.send(request)
        } catch {
            throw .outcomeUnknown(reason: "The look-up failed: \(error.message)")
        }
        guard response.status == 200, let answer = try? JSONCoder.decode(Answer.self, from: response.body)
        else {
            throw .outcomeUnknown(
                reason: "The look-up answered \(response.status) without saying whether the message was accepted.")
        }
        return answer.accepted ? .accepted : .notAccepted
    }
}
