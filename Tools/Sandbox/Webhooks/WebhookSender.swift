import FoundationEssentials
import Logging
import OutboundHTTP
import ServiceLifecycle

/// Sends every event to the shop until the shop takes it, as the provider does: signed, at least once, in no order that
/// could be relied upon.
struct WebhookSender: Service {
    /// How long a reordered event waits to be overtaken when nothing else happens to its order, in milliseconds.
    static let longestReorder = 2_000

    let outbox: WebhookOutbox
    let logger: Logger

    func run() async throws {
        await OutboundHTTPClient.carryOut(outbox.jobs, logger: logger, carryOut)
        outbox.close()
    }

    private func carryOut(_ job: WebhookJob, _ client: OutboundHTTPClient) async {
        await hold(job)
        var variants = WebhookVariant.firstRound(under: job.fault)
        var round = 0
        while !Task.isCancelled {
            let isTaken = await send(job.event, as: variants, client)
            guard !Task.isCancelled else { return }
            outbox.roundEnded(of: job.event, isTaken: isTaken)
            guard !isTaken, (try? await Task.sleep(for: .seconds(WebhookDelivery.pause(after: round)))) != nil else {
                return
            }
            variants = [.genuine]
            round += 1
        }
    }

    /// Lets time pass before the first round of an event that is to come late or out of order.
    private func hold(_ job: WebhookJob) async {
        switch job.fault?.kind {
        case .webhookLate: try? await Task.sleep(for: .milliseconds(job.fault?.milliseconds ?? 0))
        case .webhookReorder:
            await withDiscardingTaskGroup { group in
                let longest = Duration.milliseconds(job.fault?.milliseconds ?? Self.longestReorder)
                let overtaken = job.overtaken
                let (first, signal) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    try? await Task.sleep(for: longest)
                    signal.finish()
                }
                if let overtaken {
                    group.addTask {
                        for await _ in overtaken {}
                        signal.finish()
                    }
                }
                for await _ in first {}
                group.cancelAll()
            }
        default: break
        }
    }

    /// Sends an event in several ways at the same time and says whether every genuine copy was taken.
    private func send(_ event: Event, as variants: [WebhookVariant], _ client: OutboundHTTPClient) async -> Bool {
        await withTaskGroup(of: WebhookAttempt.self) { group in
            for variant in variants { group.addTask { await send(event, as: variant, client) } }
            var isTaken = true
            for await attempt in group {
                outbox.note(attempt, of: event)
                if attempt.variant == .genuine, !attempt.isTaken { isTaken = false }
            }
            return isTaken
        }
    }

    private func send(_ event: Event, as variant: WebhookVariant, _ client: OutboundHTTPClient) async -> WebhookAttempt
    {
        guard let target = outbox.target else { return .noAddress(variant) }
        let (body, signature) = variant.message(of: event, secrets: target.secrets, at: Date.now.unixSeconds)
        return await client.attempt(
            variant, to: target.url,
            headers: ["Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature], body: body
        )
    }
}

extension OutboundHTTPClient {
    /// Has every job carried out at the same time as the others, until the process is asked to stop. What was not taken
    /// by then stays in the journal and goes out after the next start.
    static func carryOut<Job: Sendable>(
        _ jobs: AsyncStream<Job>, logger: Logger,
        _ carryOut: @escaping @Sendable (Job, OutboundHTTPClient) async -> Void
    ) async {
        let client = OutboundHTTPClient(
            configuration: OutboundConfiguration(userAgent: "Cartwright-Sandbox"), logger: logger)
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
