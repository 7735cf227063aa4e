import Domain
import HTTPTypes
import Hummingbird
import JSON
import Resilience
import Storage

/// How staff make and change shipping methods. Every change goes to the audit log, in the transaction of the change.
struct AdminShippingMethodRoutes {
    let methods: ShippingMethodStore
    let settings: ShopSettings

    func add(to routes: inout Routes) {
        routes.get("admin/shipping-methods", audience: .support, limit: .admin, use: list)
        routes.get("admin/shipping-methods/{id}", audience: .support, limit: .admin, use: show)
        routes.post("admin/shipping-methods", audience: .operators, limit: .admin, use: add)
        routes.patch("admin/shipping-methods/{id}", audience: .operators, limit: .admin, use: change)
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let page = query.page()
        try query.finish()
        let found = try await methods.list(page)
        return try JSONResponse.response(
            PageDocument(items: found.items.map(ShippingMethodDocument.init), nextCursor: found.nextCursor))
    }

    @Sendable func show(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        guard let record = try await methods.method(try id(context)) else { throw Problem.notFound("shipping method") }
        return try JSONResponse.response(ShippingMethodDocument(record))
    }

    @Sendable func add(_ request: Request, _ context: ShopContext) async throws -> Response {
        let method = try Self.method(try await request.fields(), in: settings.currency)
        let entry = try entry("shipping_method.added", method.id, context)
        let record = try record(try await methods.add(method, noting: entry))
        return try JSONResponse.response(
            ShippingMethodDocument(record), status: .created,
            headers: [.location: "\(Route.base)/admin/shipping-methods/\(method.id)"])
    }

    @Sendable func change(_ request: Request, _ context: ShopContext) async throws -> Response {
        let change = try Self.change(try await request.fields(), in: settings.currency)
        let id = try id(context)
        let outcome = try await methods.change(id, change, noting: try entry("shipping_method.changed", id, context))
        return try JSONResponse.response(ShippingMethodDocument(try record(outcome)))
    }

    private func record(_ outcome: ShippingMethodOutcome) throws(Problem) -> ShippingMethodRecord {
        switch outcome {
        case .saved(let record): return record
        case .unknown: throw .notFound("shipping method")
        case .codeTaken:
            throw Problem("shipping_code_taken", .conflict, "Code taken", "Another shipping method has this code.")
        case .tooManyActive(let limit):
            throw Problem(
                "too_many_shipping_methods", .conflict, "Too many shipping methods",
                "At most \(limit) shipping methods can be active. Deactivate one first.")
        }
    }

    private func id(_ context: ShopContext) throws -> ShippingMethod.ID {
        guard let id = ShippingMethod.ID(try context.parameters.require("id")) else {
            throw Problem.notFound("shipping method")
        }
        return id
    }

    private func entry(_ action: String, _ id: ShippingMethod.ID, _ context: ShopContext) throws -> AuditEntry {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        return AuditEntry(
            actor: .user(user), action: action, subjectKind: "shipping_method", subjectID: id.description,
            remoteAddress: context.remoteAddress, details: ["request_id": context.requestID])
    }
}

extension AdminShippingMethodRoutes {
    /// Body of `POST /admin/shipping-methods`.
    static func method(_ fields: consuming RequestFields, in currency: Currency) throws(Problem) -> ShippingMethod {
        let code = fields.shippingCode("code")
        let name = fields.text("name", 1...100)
        var countries: Set<String>?
        if fields.has("countries"), fields.value("countries") != .null { countries = fields.countries("countries") }
        let rates = fields.rates("rates", in: currency)
        let isActive = fields.has("active") ? fields.boolean("active") : true
        guard fields.isComplete, let code, let name, let rates, let isActive else { throw fields.rejection }
        return ShippingMethod(code: code, name: name, countries: countries, rates: rates, isActive: isActive)
    }

    /// Body of `PATCH /admin/shipping-methods/{id}`: at least one of its fields.
    static func change(_ fields: consuming RequestFields, in currency: Currency) throws(Problem) -> ShippingMethodChange
    {
        var change = ShippingMethodChange()
        if fields.has("name") { change.name = fields.text("name", 1...100) }
        if fields.has("countries") {
            change.zone =
                fields.value("countries") == .null
                ? .everywhere : fields.countries("countries").map { .countries($0) }
        }
        if fields.has("rates") { change.rates = fields.rates("rates", in: currency) }
        if fields.has("active") { change.isActive = fields.boolean("active") }
        if fields.has("code") { fields.note("code", .notAllowed, "Orders and clients know the method by its code.") }
        guard fields.isComplete else { throw fields.rejection }
        if change == ShippingMethodChange() { throw .invalid("", .required, "Name what is to be changed.") }
        return change
    }
}

extension RequestFields {
    /// Countries of ISO 3166-1, each once.
    fileprivate mutating func countries(_ field: String) -> Set<String>? {
        guard let elements = array(field, 1...250) else { return nil }
        var countries: Set<String> = []
        for (index, element) in elements.enumerated() {
            guard case .string(let text) = element, let country = Country(rawValue: text) else {
                note("\(field)[\(index)]", .invalidFormat, "Expected a country of ISO 3166-1, such as DE.")
                continue
            }
            if !countries.insert(country.rawValue).inserted {
                note("\(field)[\(index)]", .notAllowed, "Name each country once.")
            }
        }
        return countries
    }

    /// What a method costs, each total once.
    fileprivate mutating func rates(_ field: String, in currency: Currency) -> [ShippingMethod.Rate]? {
        guard let elements = array(field, 1...ShippingMethod.maximumRates) else { return nil }
        var rates: [ShippingMethod.Rate] = []
        for (index, element) in elements.enumerated() {
            do throws(Problem) {
                var inner = try RequestFields(element, path: "\(field)[\(index)]")
                let price = inner.shopMoney("price", in: currency)
                let minimum =
                    inner.has("minimum_total") ? inner.shopMoney("minimum_total", in: currency) : .zero(currency)
                guard inner.isComplete, let price, let minimum else { throw inner.rejection }
                rates.append(ShippingMethod.Rate(minimumTotal: minimum, price: price))
            } catch {
                note(error.errors)
            }
        }
        if Set(rates.map(\.minimumTotal)).count < rates.count {
            note(field, .notAllowed, "Name each minimum_total once.")
        }
        return rates.sorted { $0.minimumTotal.amount < $1.minimumTotal.amount }
    }

    /// An amount in the shop's currency that can be charged.
    private mutating func shopMoney(_ field: String, in currency: Currency) -> Money? {
        guard let money = money(field) else { return nil }
        guard money.currency == currency, money.isChargeable else {
            note(field, .notAllowed, "Expected an amount in \(currency), which the shop's prices are in.")
            return nil
        }
        return money
    }
}
