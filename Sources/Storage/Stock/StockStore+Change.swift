package import Domain
import JobQueue
import Postgres

/// What staff want changed about stock: all of it or nothing.
package struct StockRequest: Hashable, Sendable {
    package typealias ID = Identifier<StockRequest>

    /// The most lines of one request.
    package static let maximumLines = 1_000

    /// What is to be done about one unit.
    package struct Line: Hashable, Sendable {
        package let sku: SKU
        package let correction: StockCorrection

        package init(_ sku: SKU, _ amount: StockAmount?, expected: Int? = nil) {
            self.sku = sku
            correction = StockCorrection(amount, expected: expected)
        }
    }

    /// At how many pieces units are low.
    package enum Threshold: Hashable, Sendable {
        /// As many as the shop says.
        case shop
        case own(Int)
    }

    /// Each unit once.
    package var lines: [Line]
    /// Why. Only those that staff may give.
    package var reason: StockChangeReason
    /// The number of a delivery, of a count: 1 to 100 characters.
    package var reference: String?
    /// 1 to 500 characters, without personal data: history is kept for good.
    package var note: String?
    /// The threshold of all units of the lines; as it was when `nil`.
    package var threshold: Threshold?
    /// The client's idempotency key, 1 to 255 characters: the same key of one actor changes stock once. `nil` where
    /// every line says what it expects in the house.
    package var key: String?
    package var actor: AuditActor
    package var origin: AuditOrigin

    package init(
        lines: [Line], reason: StockChangeReason = .correction, reference: String? = nil, note: String? = nil,
        threshold: Threshold? = nil, key: String? = nil, actor: AuditActor, origin: AuditOrigin = AuditOrigin()
    ) {
        self.lines = lines
        self.reason = reason
        self.reference = reference
        self.note = note
        self.threshold = threshold
        self.key = key
        self.actor = actor
        self.origin = origin
    }

    /// Everything that decides what is changed, in one spelling. Only its digest is kept. No text has line breaks.
    var spelling: String {
        func text(_ number: Int?) -> String { number.map(String.init) ?? "-" }
        let lines = lines.map { line in
            let amount =
                switch line.correction.amount {
                case nil: "-"
                case .to(let number): "=\(number)"
                case .by(let number): "+\(number)"
                }
            return "\(line.sku) \(amount) \(text(line.correction.expected))"
        }
        let threshold =
            switch threshold {
            case nil: "-"
            case .shop: "shop"
            case .own(let number): String(number)
            }
        let texts = [reference, note].map { $0.map { "+\($0)" } ?? "-" }
        return (lines.sorted() + [reason.rawValue, threshold] + texts).joined(separator: "\n")
    }
}

/// What a request did to one unit.
package struct ChangedStock: Hashable, Sendable {
    /// The unit as it is now.
    package let level: StockLevel
    /// What was written down; `nil` where only the threshold changed.
    package let change: StockChange?
}

/// Why a line of a request was refused.
package struct StockRefusal: Hashable, Sendable {
    /// What stands against it.
    package enum Cause: Hashable, Sendable {
        /// There is no such unit.
        case unknown
        /// The rule, and the stock as it is.
        case rule(StockCorrection.Refusal, Stock)
    }

    /// The line's place in the request, from 0.
    package let line: Int
    package let cause: Cause

    package init(line: Int, cause: Cause) {
        self.line = line
        self.cause = cause
    }
}

/// What became of a request. Only `changed` changed anything.
package enum StockOutcome: Hashable, Sendable {
    /// One for each line, in their order.
    case changed([ChangedStock])
    /// This key asked for the same before: what was done then, and the units as they are now.
    case replayed([ChangedStock])
    /// This key asked for something else before.
    case keyReused
    /// These lines cannot be carried out, so none was.
    case refused([StockRefusal])
}

extension StockStore {
    /// Changes stock as staff ask for it: all lines or none, once for each key, under the locks of the stock rows,
    /// which are taken in the order of their SKUs.
    ///
    /// - Throws: `PostgresError`. When its outcome is unknown, the same key finds out.
    package func change(_ request: StockRequest) async throws -> StockOutcome {
        do {
            let (outcome, jobs) = try await database.transaction { transaction in
                try Change(request: request, settings: settings).run(in: transaction)
            }
            await dispatcher.push(jobs)
            return outcome
        } catch let refused as Change.Refused {
            return .refused(refused.lines)
        }
    }

    /// One request in its transaction.
    private struct Change {
        /// Undoes the transaction, so that the key stays free for what will be possible later.
        struct Refused: Error {
            let lines: [StockRefusal]
        }

        let request: StockRequest
        let settings: ShopSettings

        private var skus: [SKU] { request.lines.map(\.sku) }

        func run(in transaction: PostgresTransaction) throws -> (StockOutcome, [PendingJob]) {
            let id = StockRequest.ID()
            // The key comes first: who repeats a request waits here for the one before.
            let (isNew, rows) = try transaction.pipeline(claim(id), locked)
            if isNew == false { return (try earlier(in: transaction), []) }
            let found = Dictionary(uniqueKeysWithValues: rows.map { ($0.level.stock.sku, $0) })
            var (plan, refusals) = ([Entry](), [StockRefusal]())
            for (index, line) in request.lines.enumerated() {
                guard let row = found[line.sku] else {
                    refusals.append(StockRefusal(line: index, cause: .unknown))
                    continue
                }
                switch line.correction.applied(to: row.level.stock, consumed: row.initial - row.level.stock.onHand) {
                case .success(let after): plan.append(Entry(row: row, line: line, after: after))
                case .failure(let refusal):
                    refusals.append(StockRefusal(line: index, cause: .rule(refusal, row.level.stock)))
                }
            }
            guard refusals.isEmpty else { throw Refused(lines: refusals) }
            // A product that is sold out now, or no longer is: other changes leave the cache alone.
            let crossing = plan.filter {
                ($0.row.level.stock.available > 0) != ($0.after > $0.row.level.stock.reserved)
            }
            let jobs = try InvalidateProducts.pending(for: crossing.map(\.row.level.productID))
            var writes = CheckedWrites()
            writes.add(jobs)
            writes.add(try audit(plan, id))
            let (changes, _, _, levels) = try transaction.pipeline(
                history(plan, request.key == nil ? nil : id), update(plan), writes,
                StockLevelRow.reading(skus, settings))
            return (.changed(result(levels, changes ?? [])), jobs)
        }

        /// A locked row.
        private struct Row: Sendable {
            let level: StockLevel
            let initial: Int
        }

        /// What is done about one unit.
        private struct Entry: Sendable {
            let row: Row
            let line: StockRequest.Line
            let after: Int

            var sku: SKU { line.sku }
            var isCorrected: Bool { line.correction.amount != nil }
            /// What a change adds to the pieces in the house it adds to those that ever were.
            var initial: Int { row.initial + (after - row.level.stock.onHand) }
        }

        /// Whether the key is new; nothing where there is none.
        private func claim(_ id: StockRequest.ID) -> Query<Bool>? {
            request.key.map { key in
                Query.any(
                    """
                    INSERT INTO stock_requests (id, actor, request_key, request_digest)
                    VALUES (\(id), \(request.actor.text), \(key),
                        sha256(convert_to(\(request.spelling)::text, 'UTF8')))
                    ON CONFLICT ON CONSTRAINT stock_requests_once DO NOTHING
                    """)
            }
        }

        private var locked: Query<[Row]> {
            let settings = settings
            return Query.rows(
                """
                SELECT \(raw: StockLevelRow.columns), s.initial FROM \(raw: StockLevelRow.tables)
                 WHERE s.sku = ANY (\(skus)::text[])
                 ORDER BY s.sku
                   FOR NO KEY UPDATE OF s
                """
            ) { Row(level: try StockLevelRow.level($0, settings), initial: try $0["initial"]) }
        }

        private func earlier(in transaction: PostgresTransaction) throws -> StockOutcome {
            let (earlier, levels) = try transaction.pipeline(
                Query.firstRow(
                    """
                    SELECT id, request_digest = sha256(convert_to(\(request.spelling)::text, 'UTF8')) AS is_same
                      FROM stock_requests WHERE actor = \(request.actor.text) AND request_key = \(request.key)
                    """
                ) { (id: try $0["id"] as StockRequest.ID, isSame: try $0["is_same"] as Bool) },
                StockLevelRow.reading(skus, settings))
            guard let earlier, earlier.isSame else { return .keyReused }
            let changes = try transaction.run(
                Query.rows(
                    """
                    SELECT \(raw: StockHistory.columns) FROM stock_changes AS c
                     WHERE c.request_id = \(earlier.id) ORDER BY c.id
                    """
                ) { try StockHistory.change($0) })
            return .replayed(result(levels, changes))
        }

        private func result(_ levels: [SKU: StockLevel], _ changes: [StockChange]) -> [ChangedStock] {
            let changes = Dictionary(changes.map { ($0.sku, $0) }) { $1 }
            return request.lines.compactMap { line in
                levels[line.sku].map { ChangedStock(level: $0, change: changes[line.sku]) }
            }
        }

        /// Adds a change for each line that says how many pieces there are, also where it says as many as before: a
        /// count that was right is worth knowing.
        private func history(_ plan: [Entry], _ requestID: StockRequest.ID?) -> Query<[StockChange]>? {
            let corrected = plan.filter(\.isCorrected).sorted { $0.sku < $1.sku }
            if corrected.isEmpty { return nil }
            return Query.rows(
                """
                WITH c AS (
                    INSERT INTO stock_changes (sku, reason, actor, request_id, on_hand_before, on_hand_after, initial,
                        reference, note)
                    SELECT t.sku, \(request.reason)::text, \(request.actor.text)::text, \(requestID)::uuid, t.before,
                           t.after, t.initial, \(request.reference)::text, \(request.note)::text
                      FROM unnest(\(corrected.map(\.sku))::text[],
                                  \(corrected.map(\.row.level.stock.onHand))::integer[],
                                  \(corrected.map(\.after))::integer[], \(corrected.map(\.initial))::integer[])
                           WITH ORDINALITY AS t (sku, before, after, initial, position)
                     ORDER BY t.position
                    RETURNING *
                )
                SELECT \(raw: StockHistory.columns) FROM c
                """
            ) { try StockHistory.change($0) }
        }

        private func update(_ plan: [Entry]) -> [SQL] {
            var statements: [SQL] = []
            let moved = plan.filter { $0.after != $0.row.level.stock.onHand }
            if !moved.isEmpty {
                statements.append(
                    """
                    UPDATE stock SET on_hand = t.after, initial = t.initial
                      FROM unnest(\(moved.map(\.sku))::text[], \(moved.map(\.after))::integer[],
                                  \(moved.map(\.initial))::integer[]) AS t (sku, after, initial)
                     WHERE stock.sku = t.sku
                    """)
            }
            if let threshold = request.threshold {
                let own: Int? = if case .own(let number) = threshold { number } else { nil }
                statements.append(
                    "UPDATE stock SET low_threshold = \(own)::integer WHERE sku = ANY (\(skus)::text[])")
            }
            return statements
        }

        /// One entry for the pieces of all units together, because what was done to each stands in the history, and one
        /// for each threshold. Reference and note are left out: staff write them freely.
        private func audit(_ plan: [Entry], _ id: StockRequest.ID) throws -> [SQL] {
            let corrected = plan.filter(\.isCorrected)
            var statements: [SQL] = []
            if corrected.count > 1 {
                let difference = corrected.reduce(0) { $0 + ($1.after - $1.row.level.stock.onHand) }
                statements.append(
                    try entry(
                        "stock.changed", ("stock_request", id.description),
                        [
                            "reason": request.reason.rawValue, "units": String(corrected.count),
                            "difference": String(difference),
                        ]))
            }
            for unit in plan {
                var details: [String: String] = [:]
                let isAlone = unit.isCorrected && corrected.count == 1
                if isAlone {
                    details["reason"] = request.reason.rawValue
                    details["before"] = String(unit.row.level.stock.onHand)
                    details["after"] = String(unit.after)
                }
                if let threshold = request.threshold {
                    details["threshold_before"] = unit.row.level.ownThreshold.map(String.init) ?? "shop"
                    details["threshold_after"] = if case .own(let number) = threshold { String(number) } else { "shop" }
                }
                if details.isEmpty { continue }
                statements.append(
                    try entry(
                        isAlone ? "stock.changed" : "stock.threshold_changed", ("stock", unit.sku.rawValue), details))
            }
            return statements
        }

        private func entry(
            _ action: String, _ subject: (kind: String, id: String), _ details: [String: String]
        ) throws -> SQL {
            var details = details
            details["request_id"] = request.origin.requestID
            return try AuditLog.insertion(
                of: AuditEntry(
                    actor: request.actor, action: action, subjectKind: subject.kind, subjectID: subject.id,
                    remoteAddress: request.origin.remoteAddress, details: details))
        }
    }
}
