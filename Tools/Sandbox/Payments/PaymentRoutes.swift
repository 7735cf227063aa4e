import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// The payments stand-in's HTTP side: Stripe's paths, header fields and connection behavior.
struct PaymentRoutes: Sendable {
    let desk: PaymentService
    let faults: FaultInjector

    func add(to router: Router<SandboxContext>) {
        let intents = router.group("/v1/payment_intents")
        intents.post("") { try await respond(.create, $0, $1) }
        intents.get("") { try await respond(.list, $0, $1) }
        intents.get("{id}") { try await respond(.retrieve, $0, $1) }
        intents.post("{id}/confirm") { try await respond(.confirm, $0, $1) }
        intents.post("{id}/capture") { try await respond(.capture, $0, $1) }
        intents.post("{id}/cancel") { try await respond(.cancel, $0, $1) }
        intents.post("{id}") { try await respond(.update, $0, $1) }
        router.post("/v1/refunds") { try await respond(.refund, $0, $1) }
        router.get("/v1/refunds") { try await respond(.listRefunds, $0, $1) }
        router.get("/v1/refunds/{id}") { try await respond(.retrieveRefund, $0, $1) }
        router.post("/v1/refunds/{id}") { try await respond(.updateRefund, $0, $1) }
        router.post("/v1/refunds/{id}/cancel") { try await respond(.cancelRefund, $0, $1) }
        router.get("/v1/charges") { try await respond(.listCharges, $0, $1) }
        router.get("/v1/charges/{id}") { try await respond(.retrieveCharge, $0, $1) }
        router.get("/v1/payment_methods/{id}") { try await respond(.retrieveMethod, $0, $1) }
        router.post("/v1/disputes/{id}") { try await respond(.updateDispute, $0, $1) }
        router.post("/v1/disputes/{id}/close") { try await respond(.closeDispute, $0, $1) }
        router.get("/v1/disputes") { try await respond(.listDisputes, $0, $1) }
        router.get("/v1/disputes/{id}") { try await respond(.retrieveDispute, $0, $1) }
        router.get("/v1/events") { try await respond(.listEvents, $0, $1) }
        router.get("/v1/events/{id}") { try await respond(.retrieveEvent, $0, $1) }
    }

    private func respond(_ operation: PaymentOperation, _ request: Request, _ context: SandboxContext) async throws
        -> Response
    {
        let call = PaymentCall(desk: desk, faults: faults, requestID: ProviderID.request(), pages: request.baseURL)
        let body: String
        if operation.isWrite {
            body = String(buffer: try await request.body.collect(upTo: 256 * 1024))
            if !body.isEmpty, let type = request.headers[.contentType],
                !type.lowercased().hasPrefix("application/x-www-form-urlencoded")
            {
                let error = StripeError.invalidRequest(
                    code: nil,
                    message: "Invalid request: send parameters as application/x-www-form-urlencoded, not '\(type)'.")
                return Self.response(to: PaymentAnswer(error, requestID: call.requestID, shouldRetry: false), nil)
            }
        } else {
            body = request.uri.query ?? ""
        }
        let key = request.headers[.idempotencyKey]
        guard let version = request.headers[.stripeVersion].map(StripeVersion.init) ?? desk.version else {
            let error = StripeError.invalidRequest(
                code: nil,
                message:
                    "Invalid Stripe API version: \(request.headers[.stripeVersion] ?? ""). See "
                    + "https://stripe.com/docs/api/versioning."
            )
            return Self.response(to: PaymentAnswer(error, requestID: call.requestID, shouldRetry: false), key)
        }
        let delivery = await call.run(
            operation, id: context.parameters.get("id"), authorization: request.headers[.authorization], body: body,
            idempotencyKey: key,
            faultHeader: request.headers[.sandboxFault], version: version)
        switch delivery {
        case .whole(let answer): return Self.response(to: answer, key, version)
        case .half(let answer):
            let whole = Self.response(to: answer, key, version)
            return .half(of: answer.body, type: answer.type, status: whole.status, headers: whole.headers)
        case .silence:
            await cancelWhenGracefulShutdown { await context.untilClosed() }
            try? await context.channel.close()
            return Response(status: .internalServerError)
        case .nothing:
            // The answer returned below has nowhere to go any more, which is the point.
            try? await context.channel.close()
            return Response(status: .internalServerError)
        }
    }

    private static func response(to answer: PaymentAnswer, _ key: String?, _ version: StripeVersion? = nil) -> Response
    {
        var headers = HTTPFields()
        headers[.stripeVersion] = version?.text
        headers[.requestID] = answer.requestID
        headers[.idempotencyKey] = key
        if let original = answer.replayOf {
            headers[.idempotentReplayed] = "true"
            headers[.originalRequest] = original
        }
        if let shouldRetry = answer.shouldRetry { headers[.stripeShouldRetry] = shouldRetry ? "true" : "false" }
        if let seconds = answer.retryAfter { headers[.retryAfter] = String(seconds) }
        return .text(answer.body, type: answer.type, status: .init(code: answer.status), headers: headers)
    }
}
