import Domain
import Storage

/// Whether customers' banks ask money back, and whether the provider told of something that nothing here fits.
struct DisputeCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        do {
            let disputes = try await services.disputes.open()
            return [Self.judge(disputes), Self.judge(try await services.webhooks.openMatters())].compactMap(\.self)
        } catch {
            return [.failed("payments.disputes", error)]
        }
    }

    static func judge(_ disputes: [DisputeRecord]) -> Finding {
        let waiting = disputes.filter(\.dispute.status.needsAnswer)
        guard let first = waiting.first ?? disputes.first else { return .ok("payments.disputes", "no bank asks money back") }
        let order = first.orderNumber.map { " of order \($0)" } ?? ""
        let limit = first.dispute.answerBefore.map { ", until \(TimeText.moment($0))" } ?? ""
        return .warning(
            "payments.disputes", "\(counted(disputes.count, "dispute")) open; \(waiting.count) to be answered",
            "Answer at the provider: \(first.dispute.id)\(order)\(limit)")
    }

    /// Nothing where all events fit: most shops never see another.
    static func judge(_ matters: [OpenMatter]) -> Finding? {
        guard let latest = matters.first else { return nil }
        return .warning(
            "payments.events", "\(counted(matters.count, "event")) of the provider could not be joined to an order or a refund",
            "Look at the provider for \(latest.objectID ?? latest.eventID): \(latest.type), \(latest.outcome.rawValue)")
    }
}
