import Bootstrap
import Domain
import Providers
import Storage

/// Whether customers' banks ask money back, and whether the provider told of something that nothing here fits.
struct DisputeCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        do {
            let disputes = try await services.disputes.open()
            var findings = [Self.judge(disputes), Self.judge(try await services.webhooks.unmatched())]
            let provider = PaymentProviders.named(services.settings.shop.paymentProvider)
            if let version = provider?.webhookReader(secrets: []).apiVersion {
                let others = try await services.webhooks.otherVersions(than: version)
                findings.append(Self.judge(versions: others, expected: version))
            }
            return findings.compactMap(\.self)
        } catch {
            return [.failed("payments.disputes", error)]
        }
    }

    static func judge(_ disputes: [DisputeRecord]) -> Finding {
        let waiting = disputes.filter(\.dispute.status.needsAnswer)
        guard let first = waiting.first ?? disputes.first else {
            return .ok("payments.disputes", "no bank asks money back")
        }
        let order = first.orderNumber.map { " of order \($0)" } ?? ""
        let limit = first.dispute.answerBefore.map { ", until \(TimeText.moment($0))" } ?? ""
        return .warning(
            "payments.disputes", "\(counted(disputes.count, "dispute")) open; \(waiting.count) to be answered",
            "Answer at the provider: \(first.dispute.id)\(order)\(limit)")
    }

    /// Nothing where the provider writes its events as the shop asks: both names of an event are understood, but what
    /// else changes is not known.
    static func judge(versions: [String], expected: String) -> Finding? {
        if versions.isEmpty { return nil }
        return .warning(
            "payments.events.version",
            "the provider writes events in version \(versions.joined(separator: ", ")) of its API; the shop asks for \(expected)",
            "Set the version of the webhook endpoint at the provider to \(expected)")
    }

    /// Nothing where all events fit: most shops never see another.
    static func judge(_ matters: [UnmatchedEventRecord]) -> Finding? {
        guard let latest = matters.first else { return nil }
        return .warning(
            "payments.events",
            "\(counted(matters.count, "event")) of the provider could not be joined to an order or a refund",
            "Look at the provider for \(latest.objectID ?? latest.eventID): \(latest.type), \(latest.outcome.rawValue). Then: cartwright payments "
                + "replay \(latest.eventID), or: cartwright payments ignore \(latest.eventID) --note …")
    }
}
