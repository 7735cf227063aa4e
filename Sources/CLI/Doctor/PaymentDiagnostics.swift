import Bootstrap
import Domain
import Foundation
import Storage

/// Authorizations, declines, disputes, events and reconciliation.
extension Diagnostic {
    /// Whether an authorization is about to expire.
    static func captures(_ due: [DueCapture]) -> Diagnostic {
        guard let first = due.first else {
            return .ok("payments.capture", "No authorization expires in under 24 h")
        }
        return .warning(
            "payments.capture",
            "\(counted(due.count, "authorization")) expires in under 24 h, the first at "
                + "\(TimeText.moment(first.before)): capture it or it is voided",
            "Capture it with: cartwright orders capture \(first.orderNumber)")
    }

    /// Whether an attacker tries stolen cards.
    static func declines(_ found: [(source: TooManyDeclines.Source, declines: Int)]) -> Diagnostic {
        guard let worst = found.first else {
            return .ok("payments.declines", "No customer is blocked after declined payments")
        }
        let parts = TooManyDeclines.Source.allCases.compactMap { source in
            let count = found.filter { $0.source == source }.count
            let noun = source == .client ? "address" : source.rawValue
            return count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : source == .client ? "es" : "s")"
        }
        return .warning(
            "payments.declines",
            "Too many payments were declined within an hour, so no more are taken for a while: of "
                + "\(parts.joined(separator: ", ")), \(worst.declines) of one",
            "An attacker may be trying stolen cards. The newest stand in the table payment_declines; block them "
                + "at your proxy "
                + "and at the payment provider.")
    }

    /// Whether customers' banks dispute charges.
    static func disputes(_ disputes: [DisputeRecord]) -> Diagnostic {
        let waiting = disputes.filter(\.dispute.status.needsAnswer)
        guard let first = waiting.first ?? disputes.first else { return .ok("payments.disputes", "No open disputes") }
        let order = first.orderNumber.map { " of order \($0)" } ?? ""
        let limit = first.dispute.answerBefore.map { ", until \(TimeText.moment($0))" } ?? ""
        return .warning(
            "payments.disputes", "\(counted(disputes.count, "dispute")) open; \(waiting.count) to be answered",
            "Answer at the provider: \(first.dispute.id)\(order)\(limit)")
    }

    /// Nothing where all events fit: most shops never see another.
    static func unmatched(_ events: [UnmatchedEventRecord]) -> Diagnostic? {
        guard let latest = events.first else { return nil }
        return .warning(
            "payments.events",
            "\(counted(events.count, "event")) of the provider could not be matched to an order or a refund",
            "Look at the provider for \(latest.objectID ?? latest.eventID): \(latest.type), "
                + "\(latest.outcome.rawValue). Then: cartwright payments replay \(latest.eventID), "
                + "or: cartwright payments ignore \(latest.eventID) --note …")
    }

    /// Nothing where the provider writes its events as the shop asks: both names of an event are understood, but what
    /// else changes is not known.
    static func eventVersions(_ versions: [String], expected: String) -> Diagnostic? {
        if versions.isEmpty { return nil }
        return .warning(
            "payments.events.version",
            "The provider writes events in version \(versions.joined(separator: ", ")) of its API; the shop asks for "
                + expected,
            "Set the version of the webhook endpoint at the provider to \(expected)")
    }

    /// Whether the payment provider's books and ours agree, and whether a worker compares them.
    static func reconciliation(_ open: [BreakKind: Int], coveredUntil: Date?, at now: Date) -> [Diagnostic] {
        let name = "payments.reconciliation"
        let advice =
            "Let a worker serve the queue `\(ReconcilePayments.queue)`, or compare with: cartwright payments reconcile"
        var found: [Diagnostic] = []
        if !open.isEmpty {
            let kinds = open.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
            found.append(
                .warning(
                    name, "The payment provider's books and ours differ: \(kinds.joined(separator: ", "))",
                    "See them with: cartwright payments breaks"))
        }
        // Everything is compared every five minutes; after an hour without, no worker does it.
        switch coveredUntil {
        case nil:
            found.append(
                .warning(
                    name,
                    "The payment provider's books and ours were never compared in full; a worker does so every five "
                        + "minutes", advice))
        case let time? where now.timeIntervalSince(time) > 3600:
            found.append(
                .warning(
                    name,
                    "The payment provider's books and ours were last compared \(TimeText.age(time, at: now)) ago",
                    advice))
        default: break
        }
        return found.isEmpty ? [.ok(name, "The payment provider's books and ours agree")] : found
    }
}
