import FoundationEssentials
import Logging
import OutboundHTTP
import ServiceLifecycle

/// Sends the events of every message to the shop until the shop takes them.
struct EmailEventSender: Service {
    let outbox: EmailEventOutbox
    let logger: Logger

    func run() async throws {
        await OutboundHTTPClient.carryOut(outbox.jobs, logger: logger, carryOut)
    }

    private func carryOut(_ job: EmailEventJob, _ client: OutboundHTTPClient) async {
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

    private func send(_ job: EmailEventJob, as variant: WebhookVariant, _ client: OutboundHTTPClient) async
        -> WebhookAttempt
    {
        let timestamp = String(Date.now.unixSeconds - (variant == .oldTimestamp ? 3_600 : 0))
        let body = EmailEvents.body(of: job.mail, job.origin)
        let key = variant == .badSignature ? EmailEventKey() : outbox.key
        guard let url = outbox.url, let signature = try? key.signature(of: body, at: timestamp) else {
            return .noAddress(variant)
        }
        return await client.attempt(
            variant, to: url,
            headers: [
                "Content-Type": "application/json", "X-Twilio-Email-Event-Webhook-Signature": signature,
                "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            ], body: body)
    }
}
