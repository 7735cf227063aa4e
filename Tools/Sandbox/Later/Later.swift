import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import ServiceLifecycle

/// Something that will happen without a call, once time has passed.
enum LaterStep: Sendable, Hashable {
    /// A refund arrives or bounces.
    case refund(String)
    /// The customer of an intent asks the money back.
    case dispute(intent: String)
    /// The bank has read the evidence.
    case verdict(dispute: String)
    /// A payment that takes days is through, or is not.
    case processing(intent: String)
}

/// Lets happen what happens by itself, each thing so long after its cause.
struct LaterService: Service {
    let desk: PaymentService
    let delay: Duration

    func run() async throws {
        // Asked to stop, what has not happened yet is found in the journal after the next start.
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await step in desk.upcoming {
                    group.addTask {
                        guard (try? await Task.sleep(for: delay)) != nil else { return }
                        // A journal that cannot be written leaves things as they are, for `POST /_sandbox/advance` to
                        // try again.
                        _ = try? await desk.letHappen(step)
                    }
                }
            }
        }
    }
}

extension PaymentState {
    /// Everything that is yet to happen by itself, oldest payments first.
    var later: [LaterStep] {
        intentOrder.compactMap { intents[$0] }.compactMap(later)
            + refundOrder.compactMap { refunds[$0] }.compactMap(later)
            + disputeOrder.compactMap { disputes[$0] }.compactMap(later)
    }

    /// What will happen by itself because of a change that was applied.
    func later(after change: BookChange) -> [LaterStep] {
        [change.intent.flatMap(later), change.refund.flatMap(later), change.dispute.flatMap(later)].compactMap { $0 }
    }

    /// Lets it happen; nil when it has already.
    func outcome(of step: LaterStep, at now: Date) -> BookOutcome? {
        switch step {
        case .refund(let id):
            guard var refund = refunds[id], later(refund) == step, let intent = intents[refund.intent] else {
                return nil
            }
            refund.status = Refund.later(refund.status, paymentMethod: intent.paymentMethod)
            if refund.status == .failed { refund.failureReason = "expired_or_canceled_card" }
            let bounced = refund.status == .failed ? [entry(intent, refund.amount, .refundFailed, now)] : []
            return BookOutcome(change: BookChange(refund: refund, ledger: bounced), answer: .success(refund.wire))
        case .dispute(let id):
            guard let intent = intents[id], later(intent) == step else { return nil }
            return dispute(intent, reason: "fraudulent", at: now)
        case .verdict(let id):
            guard let dispute = disputes[id], later(dispute) == step, let verdict = dispute.verdict else { return nil }
            return close(id, as: verdict, at: now)
        case .processing(let id):
            guard var intent = intents[id], later(intent) == step, let result = intent.finishProcessing() else {
                return nil
            }
            return outcome(intent, result, at: now)
        }
    }

    private func later(_ intent: PaymentIntent) -> LaterStep? {
        switch intent.status {
        case .processing: .processing(intent: intent.id)
        case .succeeded where intent.paymentMethod == "pm_card_createDispute" && disputeOf[intent.id] == nil:
            .dispute(intent: intent.id)
        default: nil
        }
    }

    private func later(_ dispute: Dispute) -> LaterStep? {
        dispute.verdict == nil ? nil : .verdict(dispute: dispute.id)
    }

    private func later(_ refund: Refund) -> LaterStep? {
        let method = intents[refund.intent]?.paymentMethod
        return Refund.later(refund.status, paymentMethod: method) == refund.status ? nil : .refund(refund.id)
    }
}

/// What the provider, banks and customers do in their own time, done now.
///
/// - `POST /_sandbox/advance` (`?order_id=`) lets everything happen that waits for time to pass, and answers with what
///   became of it.
/// - `POST /_sandbox/disputes` with `payment_intent=` (and `reason=`, `due_by=` in seconds since 1970) lets the
///   customer ask the money back; with `inquiry=true` the bank only asks.
/// - `POST /_sandbox/disputes/{id}` with `result=won` or `lost` lets the bank decide; `warning_closed` ends an inquiry,
///   `needs_response` makes a dispute of it.
struct LaterRoutes: Sendable {
    let desk: PaymentService

    func add(to router: Router<SandboxContext>) {
        router.post("/_sandbox/advance") { request, _ in
            var happened: [JSONValue] = []
            for step in await desk.stepsLater(orderID: request.uri.queryParameters["order_id"].map(String.init)) {
                if let call = try await desk.letHappen(step) {
                    happened.append(.document(await call.answerInTurn().body))
                }
            }
            return Response.json(.array(happened))
        }
        router.post("/_sandbox/disputes") { request, _ in
            let form = try await Self.form(request)
            guard let intent = await desk.intent(form["payment_intent"]?.text ?? "") else {
                let error = StripeError.missing(
                    "payment_intent", form["payment_intent"]?.text ?? "", param: "payment_intent")
                return Response.json(error.body, status: .notFound)
            }
            let call = try await desk.dispute(
                intent, reason: form["reason"]?.text ?? "fraudulent", isInquiry: form["inquiry"]?.text == "true",
                dueBy: form["due_by"]?.text.flatMap { Int64($0) })
            return await Self.response(call, request)
        }
        router.post("/_sandbox/disputes/{id}") { request, context in
            guard let status = try await Self.form(request)["result"]?.text.flatMap(Dispute.Status.init),
                status.isFinal || status == .needsResponse
            else {
                let error = StripeError.invalidRequest(
                    code: nil,
                    message: "Send result=won or result=lost; of an inquiry warning_closed or needs_response.",
                    param: "result")
                return Response.json(error.body, status: .badRequest)
            }
            return await Self.response(try await desk.close(context.parameters.get("id") ?? "", as: status), request)
        }
    }

    private static func form(_ request: Request) async throws -> [String: FormValue] {
        (try? FormParser.parse(String(buffer: try await request.body.collect(upTo: 4096)))) ?? [:]
    }

    private static func response(_ call: FinishedCall, _ request: Request) async -> Response {
        let answer = await call.answerInTurn()
        guard answer.status == 200, request.headers[.accept]?.contains("text/html") == true else {
            return .text(answer.body, type: answer.type, status: .init(code: answer.status))
        }
        return Response(status: .seeOther, headers: [.location: "/disputes"])
    }
}
