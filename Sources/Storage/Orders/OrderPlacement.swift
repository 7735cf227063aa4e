import Domain
import FoundationEssentials
import JSON
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

    /// A discount is no longer to be had as it was read. The placement starts over.
    struct DiscountsChanged: Error {}

    /// An order whose key was used before.
    struct Replay: Error {
        let orderID: Order.ID
    }

    init(_ request: PlaceOrderRequest, _ settings: ShopSettings) throws {
        self.request = request
        self.settings = settings
        job = try JobLedger.insertion(of: CheckoutOrder(orderID: orderID), traceparent: request.traceparent)
        address = try JSONCoder.text(request.shippingAddress)
    }

    /// A new order, and the jobs to be pushed once it is committed.
    struct Placed: Sendable {
        let order: Order
        let jobs: [PendingJob]
    }

    /// Throws `Refusal` or `Replay` to roll everything back, the claimed key included.
    func run(_ transaction: PostgresTransaction) throws -> Placed {
        let (claimed, stored, yielding, cart, _, offers, methods, lines, address, book, declines) =
            try transaction.pipeline(
                claim, stored, superseded, lockedCart, DiscountReading.lock(customer, code: code), offers,
                ShippingReading.active, lines, emailAddress, PriceBook.reading(currency, settings), declines)
        try checkKey(claimed, stored)
        let (cartID, codeInCart) = try Self.open(cart)
        let draft = try OrderDraft.price(
            lines, offers, code: request.discountCode ?? codeInCart,
            sending: Sending(
                methods: methods, country: request.shippingAddress.country, chosen: request.shippingMethod),
            with: book, settings.charges
        ).get()
        if let expected = request.expectedTotal, expected != draft.totals.total {
            throw Refusal(outcome: .cartChanged(actual: draft.totals.total))
        }
        try checkPayment(of: draft.totals.total, book)
        if draft.totals.total.amount > 0, let declines { throw Refusal(outcome: .tooManyDeclines(declines)) }
        guard let email = request.email ?? address else { throw Refusal(outcome: .emailRequired) }
        let invalidations = try yielding.isEmpty ? [] : giveWay(yielding, transaction)
        let uses =
            draft.discounts.isEmpty
            ? nil : DiscountUse.taking(draft.discounts, of: offers, for: orderID, by: customer)
        let (_, placed, _, areTaken) = try transaction.pipeline(
            request.source == .cart ? nil : expressCart(cartID), insertion(draft, cartID, email),
            writes(draft, cartID) + invalidations.map(\.statement), uses)
        if areTaken == false { throw DiscountsChanged() }
        return Placed(order: order(draft, cartID, email, placed), jobs: [job] + invalidations)
    }

    /// Releases the stock of the orders that this one takes the place of. Returns jobs that throw their products out
    /// of the cache.
    private func giveWay(_ orders: [Order.ID], _ transaction: PostgresTransaction) throws -> [PendingJob] {
        var writes = CheckedWrites()
        writes.add(OrderStock.release(of: orders))
        writes.add(orders.map { OrderChange($0, to: .canceled, .init(.canceled, "superseded")) })
        let (_, products) = try transaction.pipeline(writes, OrderStock.products(of: orders))
        return try OrderStock.invalidation(of: orders, among: products)
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

    /// No request waits for a key: one that comes while another holds it is told so.
    private var claim: Query<Bool> {
        let (scopes, key) = (request.scopes, request.idempotencyKey)
        return Query.row(
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
            """
        ) { try $0["is_claimed"] }
    }

    /// The order that the key placed before.
    private var stored: Query<(fingerprint: [UInt8], order: Order.ID)?> {
        let (scopes, key) = (request.scopes, request.idempotencyKey)
        return Query.firstRow(
            """
            SELECT fingerprint, order_id FROM idempotency_keys
             WHERE scope = ANY (\(scopes + request.earlierScopes)::text[]) AND key = \(key) AND order_id <> \(orderID)
             LIMIT 1
            """
        ) { (try $0["fingerprint"], try $0["order_id"]) }
    }

    private func checkKey(_ isClaimed: Bool, _ earlier: (fingerprint: [UInt8], order: Order.ID)?) throws {
        if isClaimed { return }
        guard let earlier else { throw Refusal(outcome: .requestInProgress) }
        guard earlier.fingerprint == request.fingerprint else { throw Refusal(outcome: .keyReused) }
        throw Replay(orderID: earlier.order)
    }

    /// Locks an order of the same cart that was declined: it gives way to this one, stock and all.
    private var superseded: Query<[Order.ID]> {
        let owner = request.buyer
        let statement: SQL =
            request.source != .cart
            ? "SELECT NULL::uuid AS id WHERE false"
            : """
            SELECT o.id
              FROM orders AS o
              JOIN carts AS c ON c.id = o.cart_id
             WHERE c.\(raw: owner.column) = \(owner) AND NOT c.is_express AND c.status IN ('open', 'converting')
               AND o.status = 'payment_failed'
               FOR NO KEY UPDATE OF o
            """
        return Query.rows(statement) { try $0["id"] }
    }

    private struct LockedCart: Sendable {
        let id: Cart.ID
        let status: CartStatus
        let code: DiscountCode?
    }

    private var lockedCart: Query<LockedCart?> {
        let owner = request.buyer
        let statement: SQL =
            request.source != .cart
            ? "SELECT \(expressCartID)::uuid AS id, 'open' AS status, NULL::text AS discount_code"
            : """
            SELECT id, status, discount_code
              FROM carts AS c
             WHERE c.\(raw: owner.column) = \(owner) AND NOT c.is_express AND c.status IN ('open', 'converting')
               FOR NO KEY UPDATE
            """
        return Query.firstRow(statement) {
            LockedCart(id: try $0["id"], status: try $0["status"], code: try $0["discount_code"])
        }
    }

    private static func open(_ cart: LockedCart?) throws -> (Cart.ID, DiscountCode?) {
        guard let cart else { throw Refusal(outcome: .cartEmpty) }
        guard cart.status == .open else { throw Refusal(outcome: .cartLocked) }
        return (cart.id, cart.code)
    }

    private var customer: DiscountCustomer { DiscountCustomer(request.buyer, email: request.email) }

    /// The code that counts, as an expression.
    private var code: SQL {
        if let code = request.discountCode { return "\(code)" }
        return request.source == .cart ? DiscountReading.code(inCartOf: request.buyer) : "NULL"
    }

    private var offers: Query<[ReadOffer]> {
        DiscountReading.offers(
            code: code, to: customer, cartOwner: request.source == .cart ? request.buyer : nil)
    }

    private var lines: Query<[PricedLine]> {
        let statement =
            switch request.source {
            case .cart: PricedLine.cart(of: request.buyer, in: currency)
            case .items(let lines): PricedLine.express(lines, in: currency)
            }
        return Query.rows(statement) { try PricedLine($0) }
    }

    private var emailAddress: Query<EmailAddress?> {
        Query.firstRow("SELECT email FROM users WHERE id = \(request.buyer.userID) AND email IS NOT NULL") {
            try $0["email"]
        }
    }

    private var declines: Query<TooManyDeclines?> {
        Query(
            DeclineLimit.statement(
                user: request.buyer.userID, client: request.client, method: method, limit: settings.declinesPerHour)
        ) { try DeclineLimit.reached($0) }
    }
}
