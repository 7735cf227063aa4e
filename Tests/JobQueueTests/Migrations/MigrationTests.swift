import Foundation
import Postgres
import TestSupport
import Testing

@testable import JobQueue

@Suite("A ledger in use is migrated without holding it up")
struct MigrationTests {
    private func missing(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query("SELECT name FROM job_indexes_missing ORDER BY name").map { try $0["name"] }
    }

    @Test("large partitions get their indexes while jobs go on")
    func indexesOfLargePartitions() async throws {
        let set = try JobQueueMigrations.set()
        let first = try MigrationSet(name: set.name, migrations: Array(set.migrations.prefix(1)))
        try await TestDatabase.with(migrations: [first]) { database in
            let pool = database.pool
            // More than the 16 MB that are indexed on the spot.
            try await pool.execute(
                """
                INSERT INTO jobs (id, queue, name, payload, state, reason, errors)
                SELECT (left(job_id_floor(now())::text, 14) || '7' || substr(md5(n::text), 1, 3)
                        || '-8' || substr(md5(n::text), 4, 3) || '-'
                        || substr(md5(n::text), 7, 12))::uuid,
                       'one', 'test.one', jsonb_build_object('text', repeat(md5(n::text), 20)), 'dead', 'permanent',
                       '[]'
                  FROM generate_series(1, 30000) AS n
                """)
            _ = try await Migrator(sets: [set]).migrate(pool)
            let left = try await missing(pool)
            #expect(left.count == 5)
            #expect(left.allSatisfy { $0.hasPrefix("jobs_20") })
            // Everything works meanwhile, if slower.
            let listing = JobListing(JobFilter(state: .dead, name: "test.one"), after: nil, limit: 10)
            let page = Query(listing.statement(columns: "id")) { $0.rows.count }
            #expect(try await pool.pipeline(DeadLetterIndex.planning, page).1 == 11)

            // A build was cut off and left an index that is not valid.
            try await pool.withConnection { session in
                try session.script("CREATE INDEX \(left[0]) ON \(left[0].prefix(13)) (queue)")
            }
            let ledger = JobLedger(database: pool)
            async let beside = ledger.buildMissingIndexes()
            async let other = ledger.buildMissingIndexes()
            #expect(try await (beside + other).sorted() == left)
            #expect(try await missing(pool).isEmpty)
            let invalid = try await pool.query(
                "SELECT FROM pg_index WHERE indrelid = 'jobs'::regclass AND NOT indisvalid")
            #expect(invalid.isEmpty)
            #expect(try await ledger.buildMissingIndexes().isEmpty)
            // The days to come have them from the start.
            _ = try await pool.query("SELECT create_job_partitions(6)")
            #expect(try await missing(pool).isEmpty)
        }
    }
}
