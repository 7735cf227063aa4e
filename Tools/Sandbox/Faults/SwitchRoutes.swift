import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The switches for people: `/switches` shows a form for each way to misbehave, `POST /_sandbox/switches` puts one more
/// fault in force, `POST /_sandbox/switches/pace` sets latency and limit, `POST /_sandbox/switches/clear` ends
/// everything.
struct SwitchRoutes: Sendable {
    let board: FaultInjector

    func add(to router: Router<SandboxContext>) {
        router.get("/switches") { _, _ in Response.page(SwitchesPage.html(of: board.report)) }
        router.post("/_sandbox/switches") { request, _ in
            try await change(request) { form throws(FaultError) in board.add(try FaultRule(form: form)) }
        }
        router.post("/_sandbox/switches/pace") { request, _ in
            try await change(request) { form throws(FaultError) in board.set(try FaultOrder(form: form)) }
        }
        router.post("/_sandbox/switches/clear") { request, _ in
            try await change(request) { _ throws(FaultError) in board.clear() }
        }
    }

    private func change(
        _ request: Request, _ make: ([String: FormValue]) throws(FaultError) -> Void
    ) async throws -> Response {
        let form = (try? FormParser.parse(String(buffer: try await request.body.collect(upTo: 4096)))) ?? [:]
        do throws(FaultError) {
            try make(form)
        } catch {
            return .page(
                Page.html("Not set", "<p>\(Page.escape(error.message)).</p><p><a href=\"/switches\">Back</a></p>"),
                status: .badRequest)
        }
        return Response(status: .seeOther, headers: [.location: "/switches"])
    }
}
