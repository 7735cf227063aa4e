import CrashPoints
package import Domain
package import JobQueue
package import Postgres

/// Placing orders and looking at them.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
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
            } catch is OrderPlacement.DiscountsChanged where run < Self.placementRuns {
                continue
            } catch is OrderPlacement.DiscountsChanged {
                return .requestInProgress
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

/// Who looks at orders. Others' orders are absent, not forbidden.
package enum OrderViewer: Hashable, Sendable {
    /// Sees what was bought with this cart or account.
    case buyer(CartOwner)
    /// Sees everything.
    case staff

    /// The account of a buyer who has one.
    var user: User.ID? {
        guard case .buyer(let owner) = self else { return nil }
        return owner.userID
    }
}

extension OrderStore {
    /// One order with its items and payment, `nil` when there is none that this viewer may see.
    package func order(_ id: Order.ID, for viewer: OrderViewer) async throws -> Order? {
        try await order("\(raw: OrderRow.selection) WHERE o.id = \(id)", viewer)
    }

    /// The order with this number, the one on invoices and in emails, with its items and payment. `nil` when there is
    /// none that this viewer may see.
    package func order(number: Int64, for viewer: OrderViewer) async throws -> Order? {
        try await order("\(raw: OrderRow.selection) WHERE o.number = \(number)", viewer)
    }

    private func order(_ selection: SQL, _ viewer: OrderViewer) async throws -> Order? {
        guard let row = try await database.query(selection).first, try Self.mayRead(row, viewer) else { return nil }
        return try OrderRow.order(row)
    }

    /// Orders, latest first. Throws `StorageError.invalidCursor`.
    package func orders(for viewer: OrderViewer, page: PageRequest = PageRequest()) async throws -> Page<Order> {
        // Ids rise with time, so the id of the last order of one part is where the next begins.
        let list = ListCursor.List("orders")
        let before: Order.ID? = try page.id(of: list)
        let condition: SQL =
            switch viewer {
            case .buyer(let owner):
                """
                \(raw: OrderRow.selection)
                WHERE o.\(raw: owner.column) = \(owner) AND (\(before)::uuid IS NULL OR o.id < \(before)::uuid)
                ORDER BY o.id DESC LIMIT \(page.limit + 1)
                """
            case .staff:
                """
                \(raw: OrderRow.selection)
                WHERE \(before)::uuid IS NULL OR o.id < \(before)::uuid
                ORDER BY o.id DESC LIMIT \(page.limit + 1)
                """
            }
        return Page(try await database.query(condition).map(OrderRow.order), limit: page.limit, of: list) {
            [.text($0.id.description)]
        }
    }

    /// What happened to an order after an event, oldest first; `nil` when the viewer may not see the order.
    package func events(of id: Order.ID, for viewer: OrderViewer, after sequence: Int = 0) async throws -> [OrderEvent]?
    {
        let (mayRead, events) = try await database.pipeline(
            Query.firstRow("SELECT user_id, guest_token_hash FROM orders WHERE id = \(id)") {
                try Self.mayRead($0, viewer)
            },
            Query.rows(
                """
                SELECT sequence, kind, status, reason, at FROM order_events
                 WHERE order_id = \(id) AND sequence > \(sequence)
                 ORDER BY sequence
                """
            ) { row in
                OrderEvent(
                    sequence: try row["sequence"], kind: try row["kind"], status: try row["status"],
                    reason: try row["reason"], at: try row["at"])
            })
        return mayRead == true ? events : nil
    }

    /// Forgets idempotency keys older than this, 72 h unless said otherwise, a batch per statement. Returns how many.
    @discardableResult
    package func purgeIdempotencyKeys(
        olderThan age: Duration = .seconds(72 * 3600), batch: Int = 5000
    ) async throws -> Int {
        try await database.purge(
            inBatchesOf: batch,
            """
            DELETE FROM idempotency_keys
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency_keys
                                      WHERE created_at < now() - make_interval(secs => \(age.inSeconds))
                                      ORDER BY created_at LIMIT \(batch)))
            """)
    }

    /// Whether a row with the owner's columns is this viewer's.
    static func mayRead(_ row: PostgresRow, _ viewer: OrderViewer) throws -> Bool {
        switch viewer {
        case .staff: return true
        case .buyer(.user(let id)):
            let owner: User.ID? = try row["user_id"]
            return owner == id
        case .buyer(.guest(let hash)):
            let owner: [UInt8]? = try row["guest_token_hash"]
            return owner == hash
        }
    }
}
