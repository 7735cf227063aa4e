import CrashPoints
import Domain
package import JobQueue
package import Postgres

/// Placing orders and looking at them.
package struct OrderStore: Sendable {
    /// How often a placement starts over when an order of the same cart changed under its hands.
    private static let placementRuns = 3

    let database: PostgresPool
    let dispatcher: JobDispatcher
    let settings: ShopSettings

    /// A store in this database that pushes checkout jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.dispatcher = dispatcher
        self.settings = settings
    }

    /// Accepts an order, once per idempotency key (transaction T1 of the checkout). When it answers `placed`, the order
    /// and its job are durable.
    ///
    /// An order of the same cart that waits for another card gives way: it is canceled and its stock is released first.
    ///
    /// - Throws: `PostgresError`. When its outcome is unknown, the same key finds out.
    package func place(_ request: PlaceOrderRequest) async throws -> PlaceOrderOutcome {
        let placement = try OrderPlacement(request, settings)
        for run in 1...Self.placementRuns {
            do {
                let placed = try await database.transaction { try placement.run($0) }
                CrashPoint.pass(.orderCommitted)
                await dispatcher.push(placed.jobs)
                CrashPoint.pass(.orderPushed)
                return .placed(placed.order)
            } catch let refusal as Refusal {
                return refusal.outcome
            } catch let replay as OrderPlacement.Replay {
                guard let order = try await order(replay.orderID, for: .staff) else {
                    throw StorageError.corrupt("an idempotency key without its order")
                }
                return .replayed(order)
            } catch let error as PostgresError
                where error.constraint == "orders_one_live_per_cart" && run < Self.placementRuns
            {
                // An order of this cart was declined after we had looked for such orders; now it can be seen, and gives
                // way.
                continue
            }
        }
        return .cartLocked
    }
}
