import Foundation
public import Postgres

/// The shop's tables.
public enum ShopMigrations {
    /// Migrations `shop/0001…`, forward only.
    public static func set() throws -> MigrationSet {
        try MigrationSet.load(name: "shop", from: Bundle.module.bundleURL.appending(path: "Migrations"))
    }
}
