package import Domain
import FoundationEssentials
import Postgres

extension DisputeStore {
    private static let selection = """
        SELECT d.*, o.id AS order_id, o.number AS order_number
          FROM disputes AS d
          LEFT JOIN payments AS p ON p.provider_intent_id = d.provider_intent_id
          LEFT JOIN orders AS o ON o.id = p.order_id
        """

    /// The disputes about an order, oldest first.
    package func disputes(about orderID: Order.ID) async throws -> [DisputeRecord] {
        try await database.query(
            "\(raw: Self.selection) WHERE p.order_id = \(orderID) ORDER BY d.opened_at, d.provider_dispute_id"
        ).map(Self.record)
    }

    /// Disputes, latest first; where asked for, only those that are not decided. Throws `StorageError.invalidCursor`.
    package func disputes(onlyOpen: Bool = false, page: PageRequest = PageRequest()) async throws -> Page<DisputeRecord>
    {
        let list = ListCursor.List("disputes", [onlyOpen ? "open" : nil])
        var before: (microseconds: Int64, id: String)?
        if let values = try page.values(of: list) {
            // Beyond the year 9999 there is no time for the database to compare with.
            guard values.count == 2, case .number(let time) = values[0], (0..<253_402_300_800_000_000).contains(time),
                case .text(let id) = values[1]
            else { throw StorageError.invalidCursor }
            before = (time, id)
        }
        let rows = try await database.query(
            """
            \(raw: Self.selection)
            WHERE (NOT \(onlyOpen) OR d.closed_at IS NULL)
              AND (\(before?.id)::text IS NULL
                   OR (d.opened_at, d.provider_dispute_id)
                      < (timestamptz 'epoch' + \(before?.microseconds)::bigint * interval '1 microsecond',
                          \(before?.id)::text))
            ORDER BY d.opened_at DESC, d.provider_dispute_id DESC LIMIT \(page.limit + 1)
            """)
        return Page(try rows.map(Self.record), limit: page.limit, of: list) { record in
            let microseconds = record.dispute.openedAt.timeIntervalSince1970 * 1_000_000
            return [.number(Int64(microseconds.rounded())), .text(record.dispute.id.rawValue)]
        }
    }

    /// Disputes that are not decided, most urgent first.
    package func open(limit: Int = 1000) async throws -> [DisputeRecord] {
        try await database.query(
            """
            \(raw: Self.selection) WHERE d.closed_at IS NULL
                ORDER BY d.answer_before NULLS LAST, d.opened_at, d.provider_dispute_id LIMIT \(limit)
            """
        ).map(Self.record)
    }

    private static func record(_ row: PostgresRow) throws -> DisputeRecord {
        let intentID: PaymentIntent.ID? = try row["provider_intent_id"]
        let withdrawnAt: Date? = try row["withdrawn_at"]
        let reinstatedAt: Date? = try row["reinstated_at"]
        return DisputeRecord(
            dispute: Dispute(
                id: try row["provider_dispute_id"], intentID: intentID,
                amount: Money(try row["amount"], try row["currency"]),
                reason: try row["reason"], status: try row["status"], openedAt: try row["opened_at"],
                answerBefore: try row["answer_before"],
                funds: reinstatedAt != nil ? .reinstated : withdrawnAt != nil ? .withdrawn : nil),
            orderID: try row["order_id"], orderNumber: try row["order_number"], withdrawnAt: withdrawnAt,
            reinstatedAt: reinstatedAt, closedAt: try row["closed_at"])
    }
}
