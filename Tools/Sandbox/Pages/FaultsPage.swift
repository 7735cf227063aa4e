import FoundationEssentials
import HTTPTypes
import Hummingbird

/// Every way to misbehave with a form of its own, what is in force, and how often it struck.
enum FaultsPage {
    static func html(of report: FaultReport) -> String {
        let rows = report.faults.map { rule in
            [
                "<code>\(Page.escape(rule.kind.rawValue))</code>", Page.escape(aim(of: rule)),
                Page.escape(rule.count.map(String.init) ?? "no end"),
            ]
        }
        let struck = report.struck.sorted { $0.key < $1.key }.map {
            ["<code>\(Page.escape($0.key))</code>", String($0.value)]
        }
        let sections = [("Payments", FaultKind.Aim.payments), ("Webhooks", .webhooks), ("Email", .mail)].map {
            title, aim in
            "<h2>\(title)</h2>" + FaultKind.allCases.filter { $0.aim == aim }.map(form).joined(separator: "\n")
        }
        return Page.html(
            "Faults",
            """
            <h2>In force</h2>
            \(Page.table(["Fault", "Aimed at", "Left"], rows, empty: "Nothing misbehaves."))
            <form method="post" action="/faults/clear"><button>End everything</button></form>
            <h2>Struck so far</h2>
            \(Page.table(["Fault", "Times"], struck, empty: "Nothing was hit."))
            <h2>Pace of payment calls</h2>
            \(pace(report))
            \(sections.joined(separator: "\n"))
            """)
    }

    private static func pace(_ report: FaultReport) -> String {
        var (fixed, median, p99) = ("", "", "")
        switch report.latency {
        case .fixed(let milliseconds): fixed = String(milliseconds)
        case .spread(let middle, let tail): (median, p99) = (String(middle), String(tail))
        }
        let limit = [report.rateLimit?.perEndpoint, report.rateLimit?.total].compactMap { $0.map(String.init) }.joined(
            separator: "/")
        return """
            <form method="post" action="/faults/pace">
            \(field("ms", "Milliseconds", fixed)) \(field("median_ms", "or median", median))
            \(field("p99_ms", "and 99th percentile", p99))
            \(field("limit", "Calls per second", limit)) <button>Apply</button></form>
            """
    }

    private static func form(for kind: FaultKind) -> String {
        """
        <form method="post" action="/faults" class="fault">
        <input type="hidden" name="kind" value="\(kind.rawValue)">
        <strong><code>\(kind.rawValue)</code></strong> \(Page.escape(kind.meaning))<br>
        \(fields(for: kind)) \(field("count", "Times", "")) \(field("rate", "Rate", "1"))
        \(field("order_id", "Order", "", size: 12))
        <button>Put in force</button></form>
        """
    }

    private static func fields(for kind: FaultKind) -> String {
        var fields: [String] = []
        switch kind.aim {
        case .payments:
            fields = [
                choice("endpoint", "Call", PaymentOperation.allCases.map(\.rawValue)),
                field("ms", "after ms", kind == .slow ? "300" : ""),
            ]
        case .webhooks:
            fields = [
                choice("event", "Event", EventKind.allCases.map(\.rawValue)),
                field("recipient", "Email to", "", size: 12),
            ]
            if kind == .webhookLate || kind == .webhookReorder { fields.append(field("ms", "ms", "2000")) }
        case .mail: fields = [field("recipient", "To", "", size: 12)]
        }
        switch kind {
        case .garbage: fields.append(choice("shape", "Look", ["html", "json"]))
        case .rateLimited, .mailRateLimited: fields.append(field("retry_after", "Retry after s", "1"))
        case .reject4xx, .reject5xx: fields.append(choice("stage", "Stage", FaultRule.Stage.allCases.map(\.rawValue)))
        case .webhookDuplicate: fields.append(field("copies", "Copies", "2"))
        default: break
        }
        return fields.joined(separator: " ")
    }

    private static func aim(of rule: FaultRule) -> String {
        let parts = [
            rule.endpoint?.rawValue, rule.event?.rawValue, rule.recipient, rule.orderID.map { "order \($0)" },
            rule.milliseconds.map { "\($0) ms" }, rule.rate < 1 ? "rate \(rule.rate)" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? "everything" : parts.joined(separator: ", ")
    }

    private static func field(_ name: String, _ label: String, _ value: String, size: Int = 5) -> String {
        "<label>\(Page.escape(label)) <input name=\"\(name)\" size=\"\(size)\" value=\"\(Page.escape(value))\"></label>"
    }

    private static func choice(_ name: String, _ label: String, _ values: [String]) -> String {
        let options = ([""] + values).map { "<option value=\"\($0)\">\($0.isEmpty ? "any" : $0)</option>" }.joined()
        return "<label>\(Page.escape(label)) <select name=\"\(name)\">\(options)</select></label>"
    }
}

/// Faults for people: `/faults` shows a form for each way to misbehave, `POST /faults` puts one more fault in force,
/// `POST /faults/pace` sets latency and limit, `POST /faults/clear` ends everything.
struct FaultsPageRoutes: Sendable {
    let board: FaultInjector

    func add(to router: Router<SandboxContext>) {
        router.get("/faults") { _, _ in Response.page(FaultsPage.html(of: board.report)) }
        router.post("/faults") { request, _ in
            try await change(request) { form throws(FaultError) in board.add(try FaultRule(form: form)) }
        }
        router.post("/faults/pace") { request, _ in
            try await change(request) { form throws(FaultError) in board.set(try FaultOrder(form: form)) }
        }
        router.post("/faults/clear") { request, _ in
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
                Page.html("Not set", "<p>\(Page.escape(error.message)).</p><p><a href=\"/faults\">Back</a></p>"),
                status: .badRequest)
        }
        return Response(status: .seeOther, headers: [.location: "/faults"])
    }
}
