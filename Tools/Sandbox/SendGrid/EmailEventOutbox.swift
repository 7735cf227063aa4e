import FoundationEssentials
import Logging
import OutboundHTTP
import ServiceLifecycle
import Synchronization

/// The emails whose events are to be sent, where to, and what became of it.
final class EmailEventOutbox: Sendable {
    /// How many attempts are remembered for the list.
    static let attemptsKept = 20_000

    private struct State {
        var url: String?
        var attempts: [(mail: Int, attempt: WebhookAttempt)] = []
    }

    let key: EmailEventKey
    /// What ``EmailEventSender`` carries out.
    let jobs: AsyncStream<EmailEventJob>
    private let feed: AsyncStream<EmailEventJob>.Continuation
    private let state: Mutex<State>
    private let faults: FaultInjector
    private let journal: Journal

    /// - Parameters:
    ///   - signingKey: signs the events; nil for the journal's.
    ///   - records: the journal's; events that no receiver took before the end are sent again.
    init(url: String?, signingKey: Data?, faults: FaultInjector, journal: Journal, replaying records: [JournalRecord])
        throws(JournalError)
    {
        key = try EmailEventKey(signingKey, journal: journal, replaying: records)
        (jobs, feed) = AsyncStream.makeStream(of: EmailEventJob.self)
        state = Mutex(State(url: url))
        self.faults = faults
        self.journal = journal
        let told = Set(records.compactMap(\.mailTold))
        for mail in records.compactMap(\.mail) where !told.contains(mail.id) {
            if let origin = mail.origin, origin.isAnnounced { feed.yield(EmailEventJob(mail: mail, origin: origin)) }
        }
    }

    /// Where events go; nil without a receiver.
    var url: String? { state.withLock { $0.url } }

    /// Sends events from now on to another address.
    func point(to url: String) {
        state.withLock { $0.url = url }
    }

    /// Takes a message whose events are to be sent, if there is a receiver.
    func add(_ mail: StoredEmail) {
        guard let origin = mail.origin, origin.isAnnounced else { return }
        feed.yield(
            EmailEventJob(mail: mail, origin: origin, fault: faults.mailWebhook(mail.recipients, orderID: mail.orderID))
        )
    }

    func note(_ attempt: WebhookAttempt, of mail: StoredEmail) {
        state.withLock { state in
            state.attempts.append((mail.id, attempt))
            if state.attempts.count > 2 * Self.attemptsKept { state.attempts.removeFirst(Self.attemptsKept) }
        }
    }

    /// Notes that the shop took a message's events. A journal that cannot be written only means that they are sent once
    /// more after a restart.
    func taken(_ mail: StoredEmail) {
        try? journal.append(JournalRecord(mailTold: mail.id))
    }

    /// The attempts so far, oldest first.
    var attempts: [(mail: Int, attempt: WebhookAttempt)] { state.withLock { $0.attempts } }
}

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
