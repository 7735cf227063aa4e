import FoundationEssentials
import Logging
import OutboundHTTP
import ServiceLifecycle

/// Sends the events of every message to the shop until the shop takes them.
struct MailEventSender: Service {
    let outbox: MailEventOutbox
    let logger: Logger

    func run() async throws {
        let client = OutboundHTTPClient(configuration: OutboundConfiguration(userAgent: "Cartwright-Sandbox/1"), logger: logger)
        // Asked to stop, what was not taken stays in the journal and goes out after the next start.
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await job in outbox.jobs {
                    group.addTask { await carryOut(job, client) }
                }
                group.cancelAll()
            }
        }
        await client.close()
    }

    private func carryOut(_ job: MailEventJob, _ client: OutboundHTTPClient) async {
        if job.fault?.kind == .webhookLate { try? await Task.sleep(for: .milliseconds(job.fault?.milliseconds ?? 0)) }
        var variants = WebhookVariant.firstRound(under: job.fault)
        var round = 0
        while !Task.isCancelled {
            var isTaken = true
            for variant in variants {
                let attempt = await send(job, as: variant, client)
                guard !Task.isCancelled else { return }
                outbox.note(attempt, of: job.mail)
                if variant == .genuine, !attempt.isTaken { isTaken = false }
            }
            if isTaken { return outbox.taken(job.mail) }
            guard (try? await Task.sleep(for: .seconds(WebhookDelivery.pause(after: round)))) != nil else { return }
            variants = [.genuine]
            round += 1
        }
    }

    private func send(_ job: MailEventJob, as variant: WebhookVariant, _ client: OutboundHTTPClient) async -> WebhookAttempt {
        let now = Date.now
        let timestamp = String(now.unixSeconds - (variant == .oldTimestamp ? 3_600 : 0))
        let body = MailEvents.body(of: job.mail, job.origin)
        let key = variant == .badSignature ? MailEventKey() : outbox.key
        guard let url = outbox.url, let signature = try? key.signature(of: body, at: timestamp) else {
            return WebhookAttempt(variant: variant, at: now, status: nil, failure: "No webhook address is set.")
        }
        let request = OutboundRequest(
            method: "POST", url: url,
            headers: [
                "Content-Type": "application/json", "X-Twilio-Email-Event-Webhook-Signature": signature,
                "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            ], body: Array(body.utf8), timeout: .seconds(WebhookSender.patience))
        do {
            return WebhookAttempt(variant: variant, at: now, status: try await client.send(request).status, failure: nil)
        } catch {
            return WebhookAttempt(variant: variant, at: now, status: nil, failure: error.message)
        }
    }
}
