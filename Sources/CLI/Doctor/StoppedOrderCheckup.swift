import Storage

/// Whether orders hold stock that nothing works on any more, because their checkout jobs have died.
struct StoppedOrderCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        do {
            return [Self.judge(try await services.orders.stopped())]
        } catch {
            return [.failed("orders.stopped", error)]
        }
    }

    static func judge(_ stopped: StoppedOrders?) -> Finding {
        guard let stopped else { return .ok("orders.stopped", "no open order has lost its checkout job") }
        let time = stopped.until.map { "the first ends at \(TimeText.moment($0))" } ?? "none of them holds stock"
        return .warning(
            "orders.stopped", "\(counted(stopped.count, "open order")) without a checkout job that runs; \(time)",
            "Order \(stopped.firstNumber) goes on with: cartwright jobs retry \(stopped.firstJob)")
    }
}
