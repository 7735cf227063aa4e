import FoundationEssentials
import Hummingbird
import JSON

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
