package import Domain

/// The stock of one unit, for staff.
package struct StockLevelDocument: Encodable {
    private let level: StockLevel

    package init(_ level: StockLevel) { self.level = level }

    private enum CodingKeys: String, CodingKey {
        case sku, name, reserved, available, threshold
        case productID = "product_id"
        case isActive = "active"
        case onHand = "on_hand"
        case ownThreshold = "low_threshold"
        case isLow = "low"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(level.stock.sku.rawValue, forKey: .sku)
        try container.encode(level.productID, forKey: .productID)
        try container.encode(level.name, forKey: .name)
        try container.encode(level.isActive, forKey: .isActive)
        try container.encode(level.stock.onHand, forKey: .onHand)
        try container.encode(level.stock.reserved, forKey: .reserved)
        try container.encode(level.stock.available, forKey: .available)
        try container.encode(level.ownThreshold, forKey: .ownThreshold)
        try container.encode(level.threshold, forKey: .threshold)
        try container.encode(level.isLow, forKey: .isLow)
    }
}

/// The same, with what orders took since the last change in its history.
package struct StockUnitDocument: Encodable {
    private let level: StockLevel
    private let taken: Int?

    /// - Parameter taken: pieces; `nil` where there is no change.
    package init(_ level: StockLevel, takenSinceChange taken: Int?) {
        self.level = level
        self.taken = taken
    }

    private enum CodingKeys: String, CodingKey {
        case taken = "taken_since_change"
    }

    package func encode(to encoder: any Encoder) throws {
        try StockLevelDocument(level).encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(taken, forKey: .taken)
    }
}

/// A change of stock, for staff.
package struct StockChangeDocument: Encodable {
    private let change: StockChange

    package init(_ change: StockChange) { self.change = change }

    private enum CodingKeys: String, CodingKey {
        case id, sku, at, actor, reason, difference, reference, note
        case before = "on_hand_before"
        case after = "on_hand_after"
        case taken = "taken_before"
        case orderID = "order_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(change.sequence, forKey: .id)
        try container.encode(change.sku.rawValue, forKey: .sku)
        try container.encode(change.at, forKey: .at)
        try container.encode(change.actor, forKey: .actor)
        try container.encode(change.reason, forKey: .reason)
        try container.encode(change.before, forKey: .before)
        try container.encode(change.after, forKey: .after)
        try container.encode(change.difference, forKey: .difference)
        try container.encode(change.consumedBefore, forKey: .taken)
        try container.encode(change.orderID, forKey: .orderID)
        try container.encode(change.reference, forKey: .reference)
        try container.encode(change.note, forKey: .note)
    }
}

/// What a request did to one unit, for staff.
package struct ChangedStockDocument: Encodable {
    private let stock: StockLevelDocument
    private let change: StockChangeDocument?

    package init(_ changed: ChangedStock) {
        stock = StockLevelDocument(changed.level)
        change = changed.change.map(StockChangeDocument.init)
    }

    private enum CodingKeys: String, CodingKey {
        case stock, change
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stock, forKey: .stock)
        try container.encode(change, forKey: .change)
    }
}
