import Domain
import HTTPTypes
import Hummingbird
import JSON
import Resilience
import Storage

/// How staff look after stock. Every change goes into its history and to the audit log, in the transaction of the
/// change.
struct AdminStockRoutes {
    let stock: StockStore

    func add(to routes: inout Routes) {
        routes.get("admin/stock", audience: .support, limit: .admin, use: list)
        routes.post(
            "admin/stock", audience: .operators, limit: .admin, bodyBytes: Limits.stockBodyBytes, use: changeMany)
        routes.get("admin/stock/{sku}", audience: .support, limit: .admin, use: show)
        routes.patch("admin/stock/{sku}", audience: .operators, limit: .admin, use: change)
        routes.get("admin/stock/{sku}/changes", audience: .support, limit: .admin, use: changes)
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        var filter = StockFilter()
        filter.search = query.text("search")
        filter.sku = query.parsed("sku", "Expected a SKU.") { SKU(rawValue: $0) }
        filter.isLow = query.flag("low")
        let page = query.page()
        try query.finish()
        let found = try await stock.list(filter, page: page)
        return try JSONResponse.response(
            PageDocument(items: found.items.map(StockLevelDocument.init), nextCursor: found.nextCursor))
    }

    @Sendable func show(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        guard let (level, taken) = try await stock.level(try context.sku()) else { throw Problem.unknownSKU }
        return try JSONResponse.response(StockUnitDocument(level, takenSinceChange: taken))
    }

    @Sendable func changes(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let page = query.page()
        try query.finish()
        guard let found = try await stock.changes(of: try context.sku(), page: page) else { throw Problem.unknownSKU }
        return try JSONResponse.response(
            PageDocument(items: found.items.map(StockChangeDocument.init), nextCursor: found.nextCursor))
    }

    @Sendable func change(_ request: Request, _ context: ShopContext) async throws -> Response {
        let key = try IdempotencyKeyHeader.key(request.headers[values: .idempotencyKey])
        let sku = try context.sku()
        let body = try StockChangeBody(ofUnit: sku, try await request.fields())
        let (changed, headers) = try await carryOut(body, key, context)
        guard let changed = changed.first else { throw Problem.unknownSKU }
        return try JSONResponse.response(ChangedStockDocument(changed), headers: headers)
    }

    @Sendable func changeMany(_ request: Request, _ context: ShopContext) async throws -> Response {
        let key = try IdempotencyKeyHeader.key(request.headers[values: .idempotencyKey])
        let body = try StockChangeBody(ofMany: try await request.fields())
        let (changed, headers) = try await carryOut(body, key, context)
        return try JSONResponse.response(
            PageDocument(items: changed.map(ChangedStockDocument.init), nextCursor: nil), headers: headers)
    }

    private func carryOut(
        _ body: StockChangeBody, _ key: String, _ context: ShopContext
    ) async throws -> ([ChangedStock], HTTPFields) {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        let outcome = try await stock.change(
            StockRequest(
                lines: body.lines.map(\.line), reason: body.reason ?? .correction, reference: body.reference,
                note: body.note, threshold: body.threshold, key: key, actor: .user(user), origin: context.origin))
        switch outcome {
        case .changed(let changed): return (changed, [:])
        case .replayed(let changed): return (changed, [.idempotentReplayed: "true"])
        case .keyReused: throw Problem.idempotencyKeyReused
        case .refused(let refusals):
            if !body.isOfMany, refusals.contains(where: { $0.cause == .unknown }) { throw Problem.unknownSKU }
            throw Problem.stockNotChangeable(refusals.map { body.lines[$0.line].error($0.cause) })
        }
    }
}

/// Body of `PATCH /admin/stock/{sku}` and of `POST /admin/stock`.
struct StockChangeBody: Equatable {
    /// What is to be done about one unit, and where the body says so.
    struct Line: Equatable {
        let line: StockRequest.Line
        /// `lines[3].`, or nothing.
        let path: String

        /// What stands against it, for people.
        func error(_ cause: StockRefusal.Cause) -> FieldError {
            let amount = if case .to? = line.correction.amount { "on_hand" } else { "by" }
            return switch cause {
            case .unknown:
                FieldError(field: "\(path)sku", code: .notFound, message: "There is no unit \(line.sku).")
            case .rule(.changed, let stock):
                FieldError(
                    field: "\(path)expected_on_hand", code: .changed,
                    message: "\(line.sku) has \(stock.onHand) in the house by now.")
            case .rule(.belowReserved(let minimum), let stock):
                FieldError(
                    field: path + amount, code: .outOfRange,
                    message: "Of \(line.sku), \(stock.onHand) are in the house and \(minimum) are reserved, which stay."
                )
            case .rule(.aboveMaximum(let maximum), _):
                FieldError(
                    field: path + amount, code: .outOfRange,
                    message: "At most \(maximum) of \(line.sku) can be in the house.")
            }
        }
    }

    let lines: [Line]
    /// nil where only the threshold is changed.
    let reason: StockChangeReason?
    let reference: String?
    let note: String?
    let threshold: StockRequest.Threshold?
    let isOfMany: Bool

    /// Of one unit, where the threshold may be changed too, or nothing else.
    init(ofUnit sku: SKU, _ fields: consuming RequestFields) throws(Problem) {
        let threshold = fields.has("low_threshold") ? fields.threshold("low_threshold") : nil
        let changesPieces = fields.has("on_hand") || fields.has("by")
        let reason = changesPieces ? fields.stockReason("reason") : nil
        let amount = changesPieces ? fields.stockAmount(for: reason) : nil
        let expected = changesPieces ? fields.expectedOnHand() : nil
        let (reference, note) = changesPieces ? fields.stockTexts() : (nil, nil)
        if !changesPieces {
            for field in ["reason", "expected_on_hand", "reference", "note"] where fields.has(field) {
                fields.note(field, .notAllowed, "This goes with on_hand or by.")
            }
            if !fields.has("low_threshold"), fields.errors.isEmpty {
                fields.note("", .required, "Give on_hand, by or low_threshold.")
            }
        }
        guard fields.isComplete else { throw fields.rejection }
        lines = [Line(line: StockRequest.Line(sku, amount, expected: expected), path: "")]
        (self.reason, self.reference, self.note, self.threshold) = (reason, reference, note, threshold)
        isOfMany = false
    }

    /// Of many units, each named once.
    init(ofMany fields: consuming RequestFields) throws(Problem) {
        let reason = fields.stockReason("reason")
        let (reference, note) = fields.stockTexts()
        var lines: [Line] = []
        var seen: Set<SKU> = []
        for (index, element) in (fields.array("lines", 1...StockRequest.maximumLines) ?? []).enumerated() {
            do throws(Problem) {
                var inner = try RequestFields(element, path: "lines[\(index)]")
                let sku = inner.parsed("sku", "Expected a SKU.") { SKU(rawValue: $0) }
                let amount = inner.stockAmount(for: reason)
                let expected = inner.expectedOnHand()
                if let sku, !seen.insert(sku).inserted { inner.note("sku", .notAllowed, "Name each unit once.") }
                guard inner.isComplete, let sku, let amount else { throw inner.rejection }
                lines.append(
                    Line(line: StockRequest.Line(sku, amount, expected: expected), path: "lines[\(index)]."))
            } catch {
                fields.note(error.errors)
            }
        }
        guard fields.isComplete else { throw fields.rejection }
        (self.lines, self.reason, self.reference, self.note) = (lines, reason, reference, note)
        threshold = nil
        isOfMany = true
    }
}

extension RequestFields {
    fileprivate mutating func stockReason(_ field: String) -> StockChangeReason? {
        parsed(field, "Expected one of \(StockChangeReason.forPeople).") { text in
            StockChangeReason(rawValue: text).flatMap { $0.isForPeople ? $0 : nil }
        }
    }

    /// `on_hand` or `by`, as the reason allows it.
    fileprivate mutating func stockAmount(for reason: StockChangeReason?) -> StockAmount? {
        let most = Int64(StockCorrection.maximumOnHand)
        let (saysHowMany, saysByHowMany) = (has("on_hand"), has("by"))
        let number = saysHowMany ? integer("on_hand", 0...most) : nil
        let difference = saysByHowMany ? integer("by", -most...most) : nil
        guard saysHowMany != saysByHowMany else {
            note("on_hand", saysHowMany ? .notAllowed : .required, "Give either on_hand or by.")
            return nil
        }
        let amount = number.map { StockAmount.to(Int($0)) } ?? difference.map { StockAmount.by(Int($0)) }
        guard let amount, let reason else { return nil }
        if reason.allows(amount) { return amount }
        note(saysHowMany ? "on_hand" : "by", .notAllowed, reason.expectation)
        return nil
    }

    fileprivate mutating func expectedOnHand() -> Int? {
        has("expected_on_hand") ? integer("expected_on_hand", 0...Int64(Int32.max)).map { Int($0) } : nil
    }

    fileprivate mutating func stockTexts() -> (reference: String?, note: String?) {
        let reference =
            has("reference")
            ? parsed("reference", "Expected 1 to 100 letters, digits, spaces and any of #-./:_") {
                StockChange.isReference($0) ? $0 : nil
            } : nil
        let note = has("note") ? text("note", StockChange.noteLength) : nil
        if let note, !StockChange.isNote(note) { self.note("note", .tooShort, "Write something.") }
        return (reference, note)
    }

    /// A number of pieces, or null for the shop's own.
    fileprivate mutating func threshold(_ field: String) -> StockRequest.Threshold? {
        if value(field) == .null { return .shop }
        return integer(field, 0...Int64(StockCorrection.maximumOnHand)).map { .own(Int($0)) }
    }
}

extension ShopContext {
    /// The unit that the path names; what cannot be a SKU is none.
    fileprivate func sku() throws -> SKU {
        guard let sku = SKU(rawValue: try parameters.require("sku")) else { throw Problem.unknownSKU }
        return sku
    }
}

/// Problems of looking after stock.
extension Problem {
    static var unknownSKU: Problem { .notFound("SKU") }

    /// Names every line that was refused, however many: an operator who corrects some of them wants to know them all.
    static func stockNotChangeable(_ errors: [FieldError]) -> Problem {
        var problem = Problem(
            "stock_not_changeable", .conflict, "Stock not changeable",
            "Nothing was changed: \(errors.count == 1 ? "one line" : "\(errors.count) lines") cannot be carried out.")
        problem.errors = errors
        return problem
    }
}
