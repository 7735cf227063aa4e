import CrashPoints
import TestSupport
import Testing

extension Shop {
    /// Places an order whose worker dies at a point of its checkout, and checks what is left: the order exactly in this
    /// state, and so much charged.
    /// Returns the order's id.
    func place(
        _ product: Product, method: String = "pm_card_visa", dyingAt point: CrashPoint, of job: String? = nil,
        leaving state: OrderState,
        charged: Int = 0, settings: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let worker = try await startWorker(settings: Self.dying(at: point, of: job).merging(settings) { $1 })
        let answer = try await order(product, method: method, wait: nil)
        #expect(answer.status == 202, "\(answer.text)", sourceLocation: sourceLocation)
        let id = try #require(answer.body?.id, sourceLocation: sourceLocation)
        try await waitForDeath(of: worker, sourceLocation: sourceLocation)
        try await expect(state, of: id, sourceLocation: sourceLocation)
        #expect(try await charges(of: id).count == charged, sourceLocation: sourceLocation)
        return id
    }

    /// An order's state, at once: a transaction of a process that died was over or was never there.
    func expect(_ state: OrderState, of order: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let found = try await self.state(of: order)
        #expect(found == state, sourceLocation: sourceLocation)
    }

    /// What follows in most rows: another worker starts, the order is confirmed and charged once, and everything adds
    /// up. Returns the worker, which ends with the last reference to it.
    @discardableResult
    func recover(
        _ order: String, as status: String = "confirmed", charged: Int = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ManagedProcess {
        let worker = try await startWorker()
        try await hurryPush()
        try await wait(for: status, of: order)
        try await hurryPush()
        try await settleUp(sourceLocation: sourceLocation)
        #expect(try await charges(of: order).count == charged, sourceLocation: sourceLocation)
        return worker
    }
}
