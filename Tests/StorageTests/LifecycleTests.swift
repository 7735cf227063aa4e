import Domain
import Foundation
import Postgres
import Testing

@testable import Storage

@Suite("A state changes only as its table of transitions lists", .timeLimit(.minutes(1)))
struct LifecycleTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private static let functions = [
        ("orders", OrderStatus.triggerFunction(of: "orders")),
        ("payments", PaymentStatus.triggerFunction(of: "payments")),
        ("refunds", RefundStatus.triggerFunction(of: "refunds")),
        ("email_deliveries", EmailDeliveryStatus.triggerFunction(of: "email_deliveries")),
    ]

    @Test("the last migration of each trigger is made from the table", arguments: functions)
    func migrations(table: String, function: String) throws {
        let folder = Self.root.appending(path: "Sources/Storage/Migrations")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        let last = try #require(texts.last { $0.contains("FUNCTION guard_\(table)_status()") })
        #expect(last.contains(function), "a migration has to define it again:\n\(function)")
    }

    @Test("the database refuses every other change, whoever writes")
    func triggers() async throws {
        try await Shop.with { shop in
            try await Self.compare(OrderStatus.self, "orders", in: shop.database)
            try await Self.compare(PaymentStatus.self, "payments", in: shop.database)
            try await Self.compare(RefundStatus.self, "refunds", in: shop.database)
            try await Self.compare(EmailDeliveryStatus.self, "email_deliveries", in: shop.database)
        }
    }

    /// Sends a row from each state to each other, under the trigger's function and none of the table's other rules.
    private static func compare<State: Lifecycle>(
        _ states: State.Type, _ table: String, in database: PostgresPool
    ) async throws {
        for statement in [
            "CREATE TABLE tried_\(table) (status text)",
            """
            CREATE TRIGGER tried BEFORE UPDATE OF status ON tried_\(table)
                FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION guard_\(table)_status()
            """,
        ] { try await database.execute(SQL(statement)) }
        for from in State.allCases {
            for to in State.allCases {
                try await database.execute(SQL("TRUNCATE tried_\(table)", []))
                try await database.execute(SQL("INSERT INTO tried_\(table) VALUES ($1)", [from.rawValue]))
                var refusal: PostgresError?
                do {
                    try await database.execute(SQL("UPDATE tried_\(table) SET status = $1", [to.rawValue]))
                } catch let error as PostgresError {
                    refusal = error
                }
                let isListed = from == to || from.canBecome(to)
                #expect((refusal == nil) == isListed, "\(table): \(from.rawValue) to \(to.rawValue)")
                if let refusal { #expect(refusal.constraint == "\(table)_status_transition") }
            }
        }
    }

    @Test("a change that is not listed undoes its whole transaction")
    func forbidden() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let (paid, waiting) = (try await shop.paid(pen), try await shop.reserved(pen))
            let changes = [
                OrderChange(waiting.id, to: .canceled, .init(.canceled, "test")),
                OrderChange(paid.id, to: .reserved, .init(.reserved)),
            ]
            await #expect(throws: StorageError.forbiddenTransition("order \(paid.id) to reserved")) {
                try await shop.database.transaction { transaction in
                    var writes = CheckedWrites()
                    writes.add(changes)
                    try writes.run(in: transaction)
                }
            }
            #expect(try await shop.current(waiting).status == .reserved)
            #expect(try await shop.orders.events(of: waiting.id, for: .staff)?.last?.kind == .reserved)
            let payment = try #require(paid.payment)
            await #expect(throws: StorageError.forbiddenTransition("payment \(payment.id) to failed")) {
                try await shop.database.transaction { transaction in
                    var writes = CheckedWrites()
                    writes.add([PaymentChange(payment.id, to: .failed)])
                    try writes.run(in: transaction)
                }
            }
        }
    }

    @Test("events of one change stand in their order, with the state that the order has then")
    func events() async throws {
        try await Shop.with(expectingInvariants: false) { shop in
            let order = try await shop.reserved(try await shop.product("PEN", stock: 5))
            try await shop.database.transaction { transaction in
                var writes = CheckedWrites()
                writes.add([
                    OrderChange(order.id, to: .confirmed, .init(.confirmed), .init(.paymentPartiallyCaptured, "a part"))
                ])
                writes.add(OrderHistory.noting([(order.id, .init(.refundRequested, "x")), (order.id, .init(.voided))]))
                try writes.run(in: transaction)
            }
            let events = try #require(try await shop.orders.events(of: order.id, for: .staff)).suffix(4)
            #expect(events.map(\.kind) == [.confirmed, .paymentPartiallyCaptured, .refundRequested, .voided])
            #expect(events.map(\.reason) == [nil, "a part", "x", nil])
            #expect(events.allSatisfy { $0.status == .confirmed })
            let now = try await shop.current(order)
            #expect(now.confirmedAt != nil && now.reservedUntil == nil && now.version == order.version + 2)
        }
    }

    @Test("no other statement of the shop changes a state or writes an event")
    func oneStatement() throws {
        let folder = Self.root.appending(path: "Sources/Storage")
        let owners: Set = [
            "OrderChange.swift", "PaymentChange.swift", "EmailChange.swift", "RefundStore+Settlement.swift",
        ]
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
        #expect(files.count > 50)
        let update =
            #/
            UPDATE\ (orders|payments|refunds|email_deliveries)\b [^"]*? \bSET\b (?<columns>[^"]*?) (\bFROM\b|\bWHERE\b)
            /#
        for file in files where !owners.contains(file.lastPathComponent) {
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(!text.contains("INSERT INTO order_events"), "\(file.lastPathComponent)")
            for statement in text.matches(of: update) {
                #expect(!statement.columns.contains(/\bstatus\ =/), "\(file.lastPathComponent): \(statement.0)")
            }
        }
    }
}
