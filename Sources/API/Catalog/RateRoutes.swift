import Domain
import Hummingbird
import Resilience
import Storage

/// What can be paid in, and what prices are converted with.
struct RateRoutes {
    let rates: RateStore
    let settings: ShopSettings

    func add(to routes: inout Routes) {
        routes.get("currencies", audience: .everyone, limit: .read, use: currencies)
        routes.get("rates", audience: .everyone, limit: .read, use: current)
    }

    @Sendable func currencies(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        return try CacheableResponse.response(CurrenciesBody(try await rates.status(), settings), to: request)
    }

    @Sendable func current(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        guard let body = RatesBody(try await rates.status(), settings) else { throw Problem.notFound("set of rates") }
        return try CacheableResponse.response(body, to: request)
    }
}

/// The currencies in which every product has a price: the shop's own, and those that prices can be converted to.
struct CurrenciesBody: Encodable {
    struct Item: Encodable {
        let code: String
        /// Decimals of the minor unit that amounts are counted in.
        let exponent: Int
        /// Whether prices are converted, where no other was set by hand.
        let isConverted: Bool
        /// In which steps prices come, in minor units: they are rounded to it, half up, once per line.
        let step: Int64
        /// What an order comes to at least and at most that is paid, in minor units. One that costs nothing needs no
        /// payment.
        let minimum: Int64
        let maximum: Int64

        enum CodingKeys: String, CodingKey {
            case code, exponent, step, minimum, maximum
            case isConverted = "converted"
        }
    }

    struct Rates: Encodable {
        let date: String
        let source: String
    }

    let `default`: String
    let items: [Item]
    /// The set that prices are converted with; null when there is none young enough.
    let rates: Rates?

    enum CodingKeys: String, CodingKey { case `default`, items, rates }

    init(_ status: RateStatus, _ settings: ShopSettings) {
        let own = settings.currency
        let usable = status.freshness(settings).flatMap { $0 == .expired ? nil : status.current?.set }
        let others = usable.map { set in
            Set(set.rates.keys).union([set.base]).subtracting([own]).filter { set.rate(from: own, to: $0) != nil }
        }
        `default` = own.code
        items = ([own] + (others ?? [])).filter(settings.charges.supports).sorted().map { currency in
            let conversion =
                currency == own
                ? nil : usable?.rate(from: own, to: currency)?.raised(by: settings.rateMargin).map { (own, $0) }
            let bounds = settings.charges.bounds(in: currency, conversion: conversion)
            return Item(
                code: currency.code, exponent: currency.exponent, isConverted: currency != own,
                step: currency.chargeableStep,
                minimum: bounds.minimum.amount, maximum: bounds.maximum.amount)
        }
        rates = usable.map { Rates(date: $0.date.description, source: $0.source) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(`default`, forKey: .default)
        try container.encode(items, forKey: .items)
        try container.encode(rates, forKey: .rates)
    }
}

/// The rates that prices are converted with, as their source published them.
struct RatesBody: Encodable {
    let base: String
    let date: String
    let source: String
    /// What comes on top when a price is converted.
    let marginPercent: String
    /// Whether they are young enough to be paid by.
    let isUsable: Bool
    let rates: [String: String]

    enum CodingKeys: String, CodingKey {
        case base, date, source, rates
        case marginPercent = "margin_percent"
        case isUsable = "usable"
    }

    /// `nil` before the first set.
    init?(_ status: RateStatus, _ settings: ShopSettings) {
        guard let set = status.current?.set, let freshness = status.freshness(settings) else { return nil }
        base = set.base.code
        date = set.date.description
        source = set.source
        marginPercent = settings.rateMargin.description
        isUsable = freshness != .expired
        rates = Dictionary(uniqueKeysWithValues: set.rates.map { ($0.key.code, $0.value.description) })
    }
}
