import Foundation
package import Postgres

/// The shop's tables.
package enum ShopMigrations {
    /// Migrations `shop/0001…`, forward only.
    package static func set() throws -> MigrationSet {
        try MigrationSet.load(name: "shop", from: Bundle.module.bundleURL.appending(path: "Migrations"))
    }
}
