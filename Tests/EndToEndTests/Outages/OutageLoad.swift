import Foundation
import OutboundHTTP
import Synchronization
import TestSupport

/// Orders that come in as ever while the provider is away, and what is seen of it from outside.
final class OutageLoad: Sendable {
    struct Seen {
        /// Ids of the orders that were accepted.
        var accepted: [String] = []
        /// What was answered instead.
        var refused: [Int] = []
        /// How long the provider was away when its circuit was first seen open.
        var openAfter: Duration?
        /// What an order said that it waits for while the circuit was open.
        var reasons: Set<String> = []
    }

    private let shop: Shop
    private let product: Shop.Product
    private let metrics: Metrics
    private let began = ContinuousClock.now
    private let seen = Mutex(Seen())

    private init(_ shop: Shop, _ product: Shop.Product, _ metrics: Metrics) {
        self.shop = shop
        self.product = product
        self.metrics = metrics
    }

    /// Goes on for `ProviderOutage.length`.
    static func run(_ shop: Shop, _ product: Shop.Product, _ metrics: Metrics) async throws -> Seen {
        let load = OutageLoad(shop, product, metrics)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await load.watch() }
            var next = ContinuousClock.now
            while next < load.end {
                group.addTask { _ = try await load.order() }
                next += .seconds(1) / ProviderOutage.rate
                try await letTimePass(until: next, because: "customers order at a steady rate")
            }
            try await group.waitForAll()
        }
        return load.seen.withLock { $0 }
    }

    private var end: ContinuousClock.Instant { began + ProviderOutage.length }

    private func order() async throws -> Answer {
        let answer = try await shop.order(product, wait: nil)
        seen.withLock { seen in
            if answer.status == 202, let id = answer.body?.id {
                seen.accepted.append(id)
            } else {
                seen.refused.append(answer.status)
            }
        }
        return answer
    }

    private func watch() async throws {
        var shown: Answer?
        while ContinuousClock.now < end {
            if try await metrics.sum("provider_circuit_open", #"provider="payments""#) == 1 {
                seen.withLock { $0.openAfter = $0.openAfter ?? ContinuousClock.now - began }
                let order: Answer
                if let shown { order = shown } else { order = try await self.order() }
                shown = order
                if let reason = try await shop.show(order).body?.waiting?.reason {
                    seen.withLock { _ = $0.reasons.insert(reason) }
                }
            }
            try await letTimePass(.milliseconds(500), because: "the outage is watched twice a second")
        }
    }
}
