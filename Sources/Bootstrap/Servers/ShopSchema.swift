import JobQueue
package import Postgres
import Storage

/// The tables of this program.
package enum ShopSchema {
    /// All migrations, the queue's first: the shop's own enqueue into its tables.
    ///
    /// - Throws: when the files that came with the program cannot be read.
    package static func migrator() throws -> Migrator {
        Migrator(sets: [try JobQueueMigrations.set(), try ShopMigrations.set()])
    }
}
