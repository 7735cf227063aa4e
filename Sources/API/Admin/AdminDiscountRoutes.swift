import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Resilience
import Storage

/// How staff make and change discounts. Every change goes to the audit log, in the transaction of the change.
struct AdminDiscountRoutes {
    let discounts: DiscountStore
    let settings: ShopSettings

    func add(to routes: inout Routes) {
        routes.get("admin/discounts", audience: .support, limit: .admin, use: list)
        routes.get("admin/discounts/{id}", audience: .support, limit: .admin, use: show)
        routes.post("admin/discounts", audience: .operators, limit: .admin, use: add)
        routes.patch("admin/discounts/{id}", audience: .operators, limit: .admin, use: change)
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let isActive = query.flag("active")
        let page = query.page()
        try query.finish()
        let found = try await discounts.list(page, isActive: isActive)
        return try JSONResponse.response(
            PageDocument(items: found.items.map(DiscountDocument.init), nextCursor: found.nextCursor))
    }

    @Sendable func show(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        guard let record = try await discounts.discount(try id(context)) else { throw Problem.notFound("discount") }
        return try JSONResponse.response(DiscountDocument(record))
    }

    @Sendable func add(_ request: Request, _ context: ShopContext) async throws -> Response {
        let discount = try Self.discount(try await request.fields(), in: settings.currency)
        let entry = try entry("discount.added", discount.id, context)
        let record = try record(try await discounts.add(discount, noting: entry))
        return try JSONResponse.response(
            DiscountDocument(record), status: .created,
            headers: [.location: "\(Route.base)/admin/discounts/\(discount.id)"])
    }

    @Sendable func change(_ request: Request, _ context: ShopContext) async throws -> Response {
        let change = try Self.change(try await request.fields(), in: settings.currency)
        let id = try id(context)
        let outcome = try await discounts.change(id, change, noting: try entry("discount.changed", id, context))
        return try JSONResponse.response(DiscountDocument(try record(outcome)))
    }

    private func record(_ outcome: DiscountOutcome) throws(Problem) -> DiscountRecord {
        switch outcome {
        case .saved(let record): return record
        case .unknown: throw .notFound("discount")
        case .codeTaken:
            throw Problem("discount_code_taken", .conflict, "Code taken", "Another discount has this code.")
        case .endsBeforeStart: throw .invalid("ends_at", .outOfRange, "Expected a time after starts_at.")
        case .tooManyAutomatic(let limit):
            throw Problem(
                "too_many_automatic_discounts", .conflict, "Too many automatic discounts",
                "At most \(limit) discounts without a code can be active. Deactivate one first.")
        }
    }

    private func id(_ context: ShopContext) throws -> Discount.ID {
        guard let id = Discount.ID(try context.parameters.require("id")) else { throw Problem.notFound("discount") }
        return id
    }

    private func entry(_ action: String, _ id: Discount.ID, _ context: ShopContext) throws -> AuditEntry {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        return AuditEntry(
            actor: .user(user), action: action, subjectKind: "discount", subjectID: id.description,
            remoteAddress: context.remoteAddress, details: ["request_id": context.requestID])
    }
}

extension AdminDiscountRoutes {
    /// Body of `POST /admin/discounts`.
    static func discount(_ fields: consuming RequestFields, in currency: Currency) throws(Problem) -> Discount {
        let code = fields.hasValue("code") ? fields.discountCode("code") : nil
        let title = fields.text("title", 1...100)
        let percent = fields.hasValue("percent") ? fields.percent("percent") : nil
        let amount = fields.hasValue("amount") ? fields.amount("amount", in: currency) : nil
        let isFreeShipping = fields.has("free_shipping") ? fields.boolean("free_shipping") ?? false : false
        let minimum = fields.hasValue("minimum") ? fields.amount("minimum", in: currency) : nil
        let startsAt = fields.hasValue("starts_at") ? fields.time("starts_at") : nil
        let endsAt = fields.hasValue("ends_at") ? fields.time("ends_at") : nil
        let uses = fields.hasValue("max_uses") ? fields.count("max_uses") : nil
        let usesEach = fields.hasValue("max_uses_per_customer") ? fields.count("max_uses_per_customer") : nil
        let isFirst = fields.has("first_order_only") ? fields.boolean("first_order_only") : false
        let combines = fields.has("combines") ? fields.boolean("combines") : false
        let isActive = fields.has("active") ? fields.boolean("active") : true
        let effects = [fields.hasValue("percent"), fields.hasValue("amount"), isFreeShipping].count(where: \.self)
        if effects == 0 { fields.note("percent", .required, "Give percent, amount or free_shipping.") }
        if effects > 1 { fields.note("percent", .notAllowed, "Give one of percent, amount and free_shipping.") }
        let effect =
            percent.map { Discount.Effect.percentage(basisPoints: $0) } ?? amount.map { .fixed($0) }
            ?? (isFreeShipping ? .freeShipping : nil)
        guard fields.isComplete, let title, let isFirst, let combines, let isActive, let effect else {
            throw fields.rejection
        }
        return Discount(
            code: code, title: title, effect: effect, minimum: minimum, startsAt: startsAt, endsAt: endsAt,
            maximumUses: uses, maximumUsesPerCustomer: usesEach, isFirstOrderOnly: isFirst, combines: combines,
            isActive: isActive)
    }

    /// Body of `PATCH /admin/discounts/{id}`: at least one of its fields; null takes a bound away.
    static func change(_ fields: consuming RequestFields, in currency: Currency) throws(Problem) -> DiscountChange {
        var change = DiscountChange()
        if fields.has("title") { change.title = fields.text("title", 1...100) }
        change.minimum = fields.removable("minimum") { $0.amount($1, in: currency) }
        change.startsAt = fields.removable("starts_at") { $0.time($1) }
        change.endsAt = fields.removable("ends_at") { $0.time($1) }
        change.maximumUses = fields.removable("max_uses") { $0.count($1) }
        change.maximumUsesPerCustomer = fields.removable("max_uses_per_customer") { $0.count($1) }
        if fields.has("first_order_only") { change.isFirstOrderOnly = fields.boolean("first_order_only") }
        if fields.has("combines") { change.combines = fields.boolean("combines") }
        if fields.has("active") { change.isActive = fields.boolean("active") }
        for field in ["code", "percent", "amount", "free_shipping"] where fields.has(field) {
            fields.note(
                field, .notAllowed, "Orders have the discount as it is. Make a new one and deactivate this one.")
        }
        guard fields.isComplete else { throw fields.rejection }
        if change == DiscountChange() { throw .invalid("", .required, "Name what is to be changed.") }
        return change
    }
}

extension RequestFields {
    /// Whether the field was sent and is not null.
    fileprivate mutating func hasValue(_ field: String) -> Bool { has(field) && value(field) != .null }

    /// A value to be set, or null to take it away; nil when the field was not sent.
    fileprivate mutating func removable<Value: Hashable & Sendable>(
        _ field: String, _ read: (inout RequestFields, String) -> Value?
    ) -> DiscountChange.Value<Value>? {
        guard has(field) else { return nil }
        if value(field) == .null { return .remove }
        return read(&self, field).map { .set($0) }
    }

    /// A share as people write it, such as 12.5, in hundredths of a per cent.
    fileprivate mutating func percent(_ field: String) -> Int? {
        let text: String
        switch value(field) {
        case .integer(let number): text = String(number)
        case .number(let number): text = number
        default: text = ""
        }
        if let points = PercentText.basisPoints(text) { return points }
        note(field, .outOfRange, "Expected a number from 0.01 to 100 with at most two decimals.")
        return nil
    }

    /// An amount above zero in the shop's currency that can be charged.
    fileprivate mutating func amount(_ field: String, in currency: Currency) -> Money? {
        guard let money = money(field) else { return nil }
        guard money.currency == currency, money.amount > 0, money.isChargeable else {
            note(field, .notAllowed, "Expected an amount above zero in \(currency), which the shop's prices are in.")
            return nil
        }
        return money
    }

    fileprivate mutating func count(_ field: String) -> Int? {
        integer(field, 1...1_000_000_000).map(Int.init)
    }

    fileprivate mutating func time(_ field: String) -> Date? {
        parsed(field, JobFilterText.sinceExpectation, JobFilterText.since)
    }
}
