import Domain
import FoundationEssentials

/// A discount as staff see it.
package struct DiscountDocument: Encodable {
    private let record: DiscountRecord

    package init(_ record: DiscountRecord) { self.record = record }

    private enum CodingKeys: String, CodingKey {
        case isFreeShipping = "free_shipping"
        case id, code, title, percent, amount, minimum, combines, active, uses, version
        case startsAt = "starts_at"
        case endsAt = "ends_at"
        case maximumUses = "max_uses"
        case maximumUsesPerCustomer = "max_uses_per_customer"
        case isFirstOrderOnly = "first_order_only"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    package func encode(to encoder: any Encoder) throws {
        let discount = record.discount
        var (percent, amount): (Double?, Money?)
        switch discount.effect {
        case .percentage(let points): percent = Double(points) / 100
        case .fixed(let money): amount = money
        case .freeShipping: break
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(discount.id, forKey: .id)
        try container.encode(discount.code, forKey: .code)
        try container.encode(discount.title, forKey: .title)
        try container.encode(percent, forKey: .percent)
        try container.encode(amount, forKey: .amount)
        try container.encode(discount.effect == .freeShipping, forKey: .isFreeShipping)
        try container.encode(discount.minimum, forKey: .minimum)
        try container.encode(discount.startsAt, forKey: .startsAt)
        try container.encode(discount.endsAt, forKey: .endsAt)
        try container.encode(discount.maximumUses, forKey: .maximumUses)
        try container.encode(discount.maximumUsesPerCustomer, forKey: .maximumUsesPerCustomer)
        try container.encode(discount.isFirstOrderOnly, forKey: .isFirstOrderOnly)
        try container.encode(discount.combines, forKey: .combines)
        try container.encode(discount.isActive, forKey: .active)
        try container.encode(record.uses, forKey: .uses)
        try container.encode(record.version, forKey: .version)
        try container.encode(record.createdAt, forKey: .createdAt)
        try container.encode(record.updatedAt, forKey: .updatedAt)
    }
}
