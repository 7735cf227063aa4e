import Domain
import FoundationEssentials

/// A shipping method as staff see it.
package struct ShippingMethodDocument: Encodable {
    private struct Rate: Encodable {
        let minimumTotal: Money
        let price: Money

        enum CodingKeys: String, CodingKey {
            case minimumTotal = "minimum_total"
            case price
        }
    }

    private let record: ShippingMethodRecord

    package init(_ record: ShippingMethodRecord) { self.record = record }

    private enum CodingKeys: String, CodingKey {
        case id, code, name, countries, rates, active, version
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    package func encode(to encoder: any Encoder) throws {
        let method = record.method
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(method.id, forKey: .id)
        try container.encode(method.code, forKey: .code)
        try container.encode(method.name, forKey: .name)
        try container.encode(method.countries?.sorted(), forKey: .countries)
        try container.encode(method.rates.map { Rate(minimumTotal: $0.minimumTotal, price: $0.price) }, forKey: .rates)
        try container.encode(method.isActive, forKey: .active)
        try container.encode(record.version, forKey: .version)
        try container.encode(record.createdAt, forKey: .createdAt)
        try container.encode(record.updatedAt, forKey: .updatedAt)
    }
}
