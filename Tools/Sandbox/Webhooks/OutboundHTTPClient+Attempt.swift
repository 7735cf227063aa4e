import FoundationEssentials
import Logging
import OutboundHTTP
import ServiceLifecycle

extension OutboundHTTPClient {
    /// Has every job carried out at the same time as the others, until the process is asked to stop. What was not taken
    /// by then stays in the journal and goes out after the next start.
    static func carryOut<Job: Sendable>(
        _ jobs: AsyncStream<Job>, logger: Logger,
        _ carryOut: @escaping @Sendable (Job, OutboundHTTPClient) async -> Void
    ) async {
        let client = OutboundHTTPClient(
            configuration: OutboundConfiguration(userAgent: "Cartwright-Sandbox/1"), logger: logger)
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await job in jobs {
                    group.addTask { await carryOut(job, client) }
                }
                group.cancelAll()
            }
        }
        await client.close()
    }

    /// Sends one webhook and says what came of it.
    func attempt(_ variant: WebhookVariant, to url: String, headers: OutboundHeaders, body: String) async
        -> WebhookAttempt
    {
        let now = Date.now
        let request = OutboundRequest(
            method: "POST", url: url, headers: headers, body: Array(body.utf8),
            timeout: .seconds(WebhookDelivery.patience))
        do {
            return WebhookAttempt(variant: variant, at: now, status: try await send(request).status, failure: nil)
        } catch {
            return WebhookAttempt(variant: variant, at: now, status: nil, failure: error.message)
        }
    }
}
