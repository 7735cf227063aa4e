import Domain
import FoundationEssentials
import JobQueue
import Postgres

/// Transaction T1 of the checkout: claims the idempotency key, locks the cart, prices it, and writes order, items,
/// payment, event, audit row and checkout job. Two round trips and the commit; three when an order of the same cart
/// that waits for another card has to give way.
struct OrderPlacement: Sendable {
    let request: PlaceOrderRequest
    let settings: ShopSettings
    let orderID = Order.ID()
    let paymentID = Payment.ID()
    let expressCartID = Cart.ID()
    let job: PendingJob
    let address: String

    /// An order whose key was used before.
    struct Replay: Error {
        let orderID: Order.ID
    }

    init(_ request: PlaceOrderRequest, _ settings: ShopSettings) throws {
        self.request = request
        self.settings = settings
        job = try JobLedger.insertion(of: CheckoutOrder(orderID: orderID), traceparent: request.traceparent)
        address = String(decoding: try JSONEncoder().encode(request.shippingAddress), as: UTF8.self)
    }

    /// A new order, and the jobs to be pushed once it is committed.
    struct Placed: Sendable {
        let order: Order
        let jobs: [PendingJob]
    }

    /// Throws `Refusal` or `Replay` to roll everything back, the claimed key included.
    func run(_ transaction: PostgresTransaction) throws -> Placed {
        let read = try transaction.pipeline(
            claim + [superseded, lockedCart, lines, mailAddress] + (rates.map { [$0] } ?? []) + [declines])
        try checkKey(claimed: read[0], stored: read[1])
        let cartID = try cart(read[3])
        let book = try PriceBook(currency, settings, rows: read.count > 7 ? read[6].rows : [])
        let draft = try OrderDraft.price(read[4].rows.map(PricedLine.init), with: book, settings.charges).get()
        if let expected = request.expectedTotal, expected != draft.totals.total {
            throw Refusal(outcome: .cartChanged(actual: draft.totals.total))
        }
        try checkPayment(of: draft.totals.total, book)
        if draft.totals.total.amount > 0, let declines = try DeclineLimit.reached(read[read.count - 1]) {
            throw Refusal(outcome: .tooManyDeclines(declines))
        }
        guard let email = try request.email ?? read[5].rows.first?["email"] else {
            throw Refusal(outcome: .emailRequired)
        }
        let yielding: [Order.ID] = try read[2].rows.map { try $0["id"] }
        let invalidations = try yielding.isEmpty ? [] : giveWay(yielding, transaction)
        let written = try transaction.pipeline(writes(draft, cartID, email) + invalidations.map(\.statement))
        guard let row = written[request.source == .cart ? 0 : 1].rows.first else {
            throw StorageError.corrupt("a new order returned no row")
        }
        return Placed(order: try order(draft, cartID, email, row), jobs: [job] + invalidations)
    }

    /// Gives back the stock of the orders that this one takes the place of. Returns jobs that throw their products out
    /// of the cache.
    private func giveWay(_ orders: [Order.ID], _ transaction: PostgresTransaction) throws -> [PendingJob] {
        var writes = CheckedWrites()
        writes.add(OrderStock.release(of: orders))
        writes.add(orders.map { OrderChange($0, to: .cancelled, .init(.cancelled, "superseded")) })
        writes.add(OrderStock.products(of: orders))
        let results = try writes.run(in: transaction)
        return try OrderStock.invalidation(of: orders, among: results.last?.rows ?? [])
    }

    /// Whether the total can be charged, and with what. An order that costs nothing needs neither.
    private func checkPayment(of total: Money, _ book: PriceBook) throws {
        if total.amount == 0 { return }
        do throws(ChargeLimits.Violation) {
            try settings.charges.check(total, conversion: book.conversion.map { ($0.from, $0.rate.value) })
        } catch {
            switch error {
            case .tooSmall(let bounds): throw Refusal(outcome: .amountTooSmall(total, bounds))
            case .tooLarge(let bounds): throw Refusal(outcome: .amountTooLarge(bounds))
            case .unsupported(let currency): throw Refusal(outcome: .currencyUnavailable(currency))
            }
        }
        if request.paymentMethod == nil { throw Refusal(outcome: .paymentMethodRequired) }
    }

    /// The payment method as it is stored. An order that costs nothing may name none.
    var method: String { request.paymentMethod ?? "none" }

    var language: Language { request.language ?? settings.language }

    private var currency: Currency { request.currency ?? request.expectedTotal?.currency ?? settings.currency }

    /// Nobody waits for a key: who comes while another request holds it is told so.
    private var claim: [SQL] {
        let (scopes, key) = (request.scopes, request.idempotencyKey)
        return [
            """
            WITH gate AS MATERIALIZED (
                SELECT pg_try_advisory_xact_lock(hashtextextended(\((scopes.first ?? "") + "\u{1F}" + key),
                    0)) AS is_open
            ), claimed AS (
                INSERT INTO idempotency_keys (scope, key, fingerprint, order_id)
                SELECT scope, \(key)::text, \(request.fingerprint)::bytea, \(orderID)::uuid
                    FROM gate, unnest(\(scopes)::text[]) AS scope
                 WHERE is_open
                   AND NOT EXISTS (SELECT FROM idempotency_keys WHERE scope = ANY (\(request.earlierScopes)::text[])
                       AND key = \(key))
                ON CONFLICT DO NOTHING
                RETURNING 1
            )
            SELECT is_open, (SELECT count(*) FROM claimed) = cardinality(\(scopes)::text[]) AS is_claimed FROM gate
            """,
            """
            SELECT fingerprint, order_id FROM idempotency_keys
             WHERE scope = ANY (\(scopes + request.earlierScopes)::text[]) AND key = \(key) AND order_id <> \(orderID)
             LIMIT 1
            """,
        ]
    }

    private func checkKey(claimed: PostgresResult, stored: PostgresResult) throws {
        guard let gate = claimed.rows.first else {
            throw StorageError.corrupt("an idempotency key was neither claimed nor found")
        }
        if try gate["is_claimed"] { return }
        if let earlier = stored.rows.first {
            let fingerprint: [UInt8] = try earlier["fingerprint"]
            guard fingerprint == request.fingerprint else { throw Refusal(outcome: .keyReused) }
            throw Replay(orderID: try earlier["order_id"])
        }
        throw Refusal(outcome: .requestInProgress)
    }

    /// Locks an order of the same cart that was declined: it gives way to this one, stock and all.
    private var superseded: SQL {
        let owner = request.buyer
        guard request.source == .cart else { return "SELECT NULL::uuid AS id WHERE false" }
        return """
            SELECT o.id
              FROM orders AS o
              JOIN carts AS c ON c.id = o.cart_id
             WHERE c.\(raw: owner.column) = \(owner) AND NOT c.is_express AND c.status IN ('open', 'converting')
               AND o.status = 'payment_failed'
               FOR NO KEY UPDATE OF o
            """
    }

    private var lockedCart: SQL {
        let owner = request.buyer
        guard request.source == .cart else { return "SELECT \(expressCartID)::uuid AS id, 'open' AS status" }
        return """
            SELECT id, status
              FROM carts AS c
             WHERE c.\(raw: owner.column) = \(owner) AND NOT c.is_express AND c.status IN ('open', 'converting')
               FOR NO KEY UPDATE
            """
    }

    private func cart(_ result: PostgresResult) throws -> Cart.ID {
        guard let row = result.rows.first else { throw Refusal(outcome: .cartEmpty) }
        let status: CartStatus = try row["status"]
        guard status == .open else { throw Refusal(outcome: .cartLocked) }
        return try row["id"]
    }

    private var lines: SQL {
        switch request.source {
        case .cart: PricedLine.cart(of: request.buyer, in: currency)
        case .items(let lines): PricedLine.express(lines, in: currency)
        }
    }

    private var mailAddress: SQL { "SELECT email FROM users WHERE id = \(request.buyer.userID) AND email IS NOT NULL" }

    private var declines: SQL {
        DeclineLimit.statement(
            user: request.buyer.userID, client: request.client, method: method, limit: settings.declinesPerHour)
    }

    private var rates: SQL? { PriceBook.rates(to: currency, settings) }
}
