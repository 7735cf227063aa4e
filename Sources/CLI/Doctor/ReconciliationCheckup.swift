import Domain
import Foundation
import Storage

/// Whether the payment provider's books and ours agree, and whether anybody compares them.
struct ReconciliationCheckup: Sendable {
    /// Everything is compared every five minutes; after an hour without, nobody does it.
    private static let patience: TimeInterval = 3600

    let services: Services

    func findings() async -> [Finding] {
        do {
            let counts = try await services.reconciliations.openCounts()
            return Self.judge(counts, coveredUntil: try await services.reconciliations.coveredUntil(), at: Date())
        } catch {
            return [.failed("payments.reconciliation", error)]
        }
    }

    static func judge(_ open: [BreakKind: Int], coveredUntil: Date?, at now: Date) -> [Finding] {
        let check = "payments.reconciliation"
        let late: Finding? =
            switch coveredUntil {
            case nil:
                .warning(
                    check,
                    "the books of the payment provider and ours were never compared in full; a worker does so every five minutes",
                    advice)
            case .some(let time) where now.timeIntervalSince(time) > patience:
                .warning(
                    check,
                    "the books of the payment provider and ours were last compared \(TimeText.age(time, at: now)) ago",
                    advice)
            default: nil
            }
        guard !open.isEmpty else { return [late ?? .ok(check, "the books of the payment provider and ours agree")] }
        let kinds = open.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }.joined(
            separator: ", ")
        let differ = Finding.warning(
            check, "the books of the payment provider and ours differ: \(kinds)",
            "See them with: cartwright payments breaks")
        return [differ] + (late.map { [$0] } ?? [])
    }

    private static let advice =
        "Let a worker serve the queue `\(ReconcilePayments.queue)`, or compare with: cartwright payments reconcile"
}
