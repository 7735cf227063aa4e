import Hummingbird

/// One call on the payments stand-in from its header fields to what is sent back, with the injected faults in between.
struct PaymentCall: Sendable {
    /// What reaches the caller.
    enum Delivery: Sendable, Equatable {
        case whole(PaymentAnswer)
        /// The first half of the body, then the connection closes.
        case half(PaymentAnswer)
        /// Nothing: the connection closes.
        case nothing
        /// Nothing: the connection stays open until the caller closes it.
        case silence
    }

    let desk: PaymentService
    let faults: FaultInjector
    let requestID: String
    /// Base URL of the sandbox's own pages, as the caller reaches them.
    let pages: String

    /// Runs the call.
    /// - Parameters:
    ///   - body: the form, or the query of a read.
    ///   - faultHeader: the value of `X-Sandbox-Fault`; it goes before the standing rules.
    func run(
        _ operation: PaymentOperation, id: String?, authorization: String?, body: String, idempotencyKey: String?,
        faultHeader: String?,
        version: StripeVersion
    ) async -> Delivery {
        let account: String
        let request: PaymentRequest
        var treatment: PaymentTreatment
        do throws(StripeError) {
            account = try APIKeyCheck.key(from: authorization, for: operation)
            request = try Self.read(operation, id: id, body: body, version)
            try Self.check(key: idempotencyKey)
            treatment = faults.payment(operation, orderID: await orderID(of: request))
            if let faultHeader { treatment.fault = try Self.fault(header: faultHeader) }
        } catch {
            return .whole(PaymentAnswer(error, requestID: requestID, shouldRetry: false))
        }
        let fault = treatment.fault
        if treatment.isBeyondLimit { return tooMany("Request rate limit exceeded.", retryAfter: 1) }
        if let early = beforeRunning(fault) { return await wait(fault?.milliseconds ?? 0) ? early : .nothing }

        var claim: PaymentService.Claim?
        if let idempotencyKey, operation.isWrite {
            switch await desk.begin(request, key: idempotencyKey, account: account) {
            case .run(let claimed): claim = claimed
            case .replay(let stored): return deliver(Self.replay(stored, requestID), fault)
            case .inFlight: return .whole(inFlight)
            case .mismatch: return .whole(mismatch)
            }
        }
        guard await wait(treatment.latency + (fault?.milliseconds ?? 0)) else {
            await desk.release(claim)
            return .nothing
        }
        do {
            let failing = fault?.kind == .error500AfterCommit
            let call = try await desk.perform(
                request, under: claim, requestID: requestID, pages: pages, failing: failing)
            return deliver(await call.answerInTurn(), fault)
        } catch {
            await desk.release(claim)
            return .whole(PaymentAnswer(.api(error.description), requestID: requestID))
        }
    }

    private func beforeRunning(_ fault: FaultRule?) -> Delivery? {
        switch fault?.kind {
        case .dropBefore: .nothing
        case .error500Before:
            .whole(PaymentAnswer(.api("An unknown error occurred (injected by the sandbox)."), requestID: requestID))
        case .badRequest:
            .whole(
                PaymentAnswer(
                    .invalidRequest(
                        code: "parameter_invalid", message: "The request is invalid (injected by the sandbox)."),
                    requestID: requestID, shouldRetry: false))
        case .conflict: .whole(inFlight)
        case .rateLimited:
            tooMany(
                "Too many requests hit the API too quickly (injected by the sandbox).",
                retryAfter: fault?.retryAfter ?? 1)
        case .hang: .silence
        default: nil
        }
    }

    private func tooMany(_ message: String, retryAfter: Int) -> Delivery {
        let error = StripeError.invalidRequest(status: 429, code: "rate_limit", message: message)
        return .whole(PaymentAnswer(error, requestID: requestID, shouldRetry: true, retryAfter: retryAfter))
    }

    private func deliver(_ answer: PaymentAnswer, _ fault: FaultRule?) -> Delivery {
        switch fault?.kind {
        case .dropAfterCommit: .nothing
        case .truncatedBody: .half(answer)
        case .garbage: .whole(answer.garbled(as: fault?.shape ?? .html))
        default: .whole(answer)
        }
    }

    /// Lets time pass; false when the sandbox is being stopped meanwhile.
    private func wait(_ milliseconds: Int) async -> Bool {
        guard milliseconds > 0 else { return true }
        return (try? await Task.sleep(for: .milliseconds(milliseconds))) != nil
    }

    private func orderID(of request: PaymentRequest) async -> String? {
        if let id = request.id ?? request.parameters.values["payment_intent"]?.text {
            return await desk.orderID(of: id)
        }
        return request.parameters.values["metadata"]?.fields?["order_id"]?.text
    }

    private var inFlight: PaymentAnswer {
        let message =
            "There is currently another in-progress request using this Idempotent Key. Please try again later."
        let error = StripeError(
            status: 409, type: "idempotency_error", code: "idempotency_key_in_use", message: message)
        return PaymentAnswer(error, requestID: requestID, shouldRetry: true)
    }

    private var mismatch: PaymentAnswer {
        let message =
            "Keys for idempotent requests can only be used with the same parameters they were first used with."
        return PaymentAnswer(
            StripeError(status: 400, type: "idempotency_error", message: message), requestID: requestID,
            shouldRetry: false)
    }

    private static func replay(_ stored: StoredAnswer, _ requestID: String) -> PaymentAnswer {
        PaymentAnswer(
            status: stored.status, body: stored.body, requestID: requestID, replayOf: stored.requestID,
            shouldRetry: stored.status == 200 ? nil : false)
    }

    private static func read(
        _ operation: PaymentOperation, id: String?, body: String, _ version: StripeVersion
    ) throws(StripeError) -> PaymentRequest {
        do throws(FormError) {
            return PaymentRequest(
                operation: operation, id: id, parameters: FormParameters(try FormParser.parse(body)), version: version)
        } catch {
            throw .invalidRequest(code: nil, message: error.message)
        }
    }

    private static func check(key: String?) throws(StripeError) {
        guard let key, !(1...255).contains(key.count) else { return }
        throw .invalidRequest(code: nil, message: "An Idempotency-Key has 1 to 255 characters, not \(key.count).")
    }

    private static func fault(header: String) throws(StripeError) -> FaultRule {
        do throws(FaultError) { return try FaultRule(header: header) } catch {
            throw .invalidRequest(code: nil, message: error.message)
        }
    }
}

/// A call that ran: its answer, and the events that must have been sent before the caller sees it.
struct FinishedCall: Sendable {
    private let answer: PaymentAnswer
    private let announcements: [AsyncStream<Void>]

    /// - Parameter announcements: streams that end when those events were sent.
    init(answer: PaymentAnswer, announcements: [AsyncStream<Void>]) {
        self.answer = answer
        self.announcements = announcements
    }

    /// The answer, once it may be given.
    func answerInTurn() async -> PaymentAnswer {
        for announcement in announcements {
            for await _ in announcement {}
        }
        return answer
    }
}

/// One call on the payments stand-in, read from HTTP but knowing nothing of it.
struct PaymentRequest: Sendable {
    let operation: PaymentOperation
    /// The intent or refund in the path.
    let id: String?
    let parameters: FormParameters
    /// What `Stripe-Version` asks for, else the account's.
    var version = StripeVersion.current

    /// What the call does, for comparing two uses of one idempotency key.
    var canonical: String {
        ([operation.rawValue, id ?? ""] + FormValue.fields(parameters.values).canonical).joined(separator: "\n")
    }
}
