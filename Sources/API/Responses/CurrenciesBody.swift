import Domain
import Storage

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
