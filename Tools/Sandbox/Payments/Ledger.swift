import FoundationEssentials
import Hummingbird
import JSON

/// Money that actually moved. Tests read these instead of trusting any answer: an answer can be lost, money cannot.
struct LedgerEntry: Sendable, Codable, Equatable {
    enum Kind: String, Sendable, Codable {
        /// From the customer to the shop.
        case charge
        /// From the shop back to the customer.
        case refund
        /// A refund that bounced: the money is the shop's again.
        case refundFailed = "refund_failed"
        /// A disputed charge: the provider took the money from the shop.
        case dispute
        /// A dispute that the shop won: the money is the shop's again.
        case disputeWon = "dispute_won"
    }

    let intent: String
    let orderID: String?
    /// Minor units, always positive; `kind` says which way.
    let amount: Int64
    let currency: String
    let kind: Kind
    let at: Date

    /// The entry as `GET /_sandbox/ledger` lists it.
    var wire: JSONValue {
        .object([
            ("intent", .string(intent)), ("order_id", .optional(orderID)), ("amount", .integer(amount)),
            ("currency", .string(currency)),
            ("kind", .string(kind.rawValue)), ("at", .string(at.timestamp)),
        ])
    }
}

/// Money moved and intents made, for tests (JSON) and people (pages).
struct LedgerRoutes: Sendable {
    let desk: PaymentService

    func add(to router: Router<SandboxContext>) {
        router.get("/_sandbox/ledger") { request, _ in
            let query = request.uri.queryParameters
            let entries = await desk.ledger(
                intent: query["intent"].map(String.init), orderID: query["order_id"].map(String.init))
            return Response.json(.array(entries.map(\.wire)))
        }
        router.get("/ledger") { _, _ in Response.page(LedgerPage.html(of: await desk.ledger())) }
        router.get("/disputes") { _, _ in Response.page(DisputesPage.html(of: await desk.disputes)) }
        router.get("/intents") { _, _ in Response.page(IntentsPage.html(of: await desk.newestIntents(200))) }
    }
}
