extension PaymentIntent {
    /// What a step did with the customer's money.
    enum StepResult: Equatable {
        /// This much moved to the shop, in minor units.
        case charged(Int64)
        /// Authorized until `capture`.
        case authorized
        /// The customer must authenticate.
        case actionRequired
        /// The answer comes later.
        case processing
        case declined(Decline)
        case canceled
    }

    /// Asks for the money.
    /// - Parameters:
    ///   - method: a test payment method; nil takes the one the intent already has.
    ///   - returnURL: where the customer comes back to.
    ///   - authenticationURL: where the customer would authenticate.
    ///   - isAttended: whether the customer is there to authenticate; when not, a card that asks for it is refused.
    /// - Throws: `payment_intent_unexpected_state` when the intent is past confirming, `resource_missing` for an
    ///   unknown payment method, a refusal when methods that send the customer elsewhere are allowed and there is
    ///   nowhere to come back to.
    mutating func confirm(
        with method: String?, returnURL: String?, authenticationURL: String, isAttended: Bool = true
    ) throws(StripeError) -> StepResult {
        guard status.isConfirmable else {
            let already =
                status == .succeeded
                ? "it has already succeeded after being previously confirmed" : "it has a status of \(status.rawValue)"
            throw .unexpectedState("You cannot confirm this PaymentIntent because \(already).", self)
        }
        guard let chosen = method ?? paymentMethod else {
            throw .unexpectedState(
                "You cannot confirm this PaymentIntent because it's missing a payment method. Update it with a "
                    + "payment method, or pass one on confirm.",
                self)
        }
        guard let outcome = CardOutcome.of(chosen) else {
            throw .invalidRequest(
                code: "resource_missing", message: "No such PaymentMethod: '\(chosen)'", param: "payment_method")
        }
        guard redirects != "always" || returnURL ?? self.returnURL != nil else {
            throw .invalidRequest(
                code: nil,
                message:
                    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. "
                    + "Because some of these payment methods might redirect your customer off of your page, you "
                    + "must provide a `return_url`. If you don't want to accept redirect-based payment methods, "
                    + "set `automatic_payment_methods[enabled]` to `true` and "
                    + "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
                    + "Payment Intents.",
                param: "return_url")
        }
        paymentMethod = chosen
        lastDecline = nil
        declinedMethod = nil
        self.authenticationURL = nil
        if let returnURL { self.returnURL = returnURL }
        switch outcome {
        case .success: return settle()
        case .declined(let decline): return refuse(decline)
        case .authentication where !isAttended: return refuse(.authenticationRequired)
        case .authentication:
            status = .requiresAction
            self.authenticationURL = authenticationURL
            return .actionRequired
        case .processing:
            status = .processing
            return .processing
        }
    }

    /// The answer that took its time is there; nil when none was awaited.
    mutating func finishProcessing() -> StepResult? {
        guard status == .processing, case .processing(let decline) = paymentMethod.flatMap(CardOutcome.of) else {
            return nil
        }
        return decline.map { refuse($0) } ?? settle()
    }

    /// The customer came back from authenticating.
    /// - Throws: `payment_intent_unexpected_state` unless the intent waits for that.
    mutating func finishAuthentication(passed: Bool) throws(StripeError) -> StepResult {
        guard status == .requiresAction else {
            throw .unexpectedState(
                "This PaymentIntent does not wait for authentication: its status is \(status.rawValue).", self)
        }
        authenticationURL = nil
        guard passed else { return refuse(.authenticationFailed) }
        if case .authentication(let decline?) = paymentMethod.flatMap(CardOutcome.of) { return refuse(decline) }
        return settle()
    }

    /// Captures authorized money, or a part of it; the rest is released to the customer's limit.
    /// - Throws: `payment_intent_unexpected_state` unless authorized, `amount_too_large` beyond what was authorized.
    mutating func capture(_ amountToCapture: Int64?) throws(StripeError) -> StepResult {
        guard status == .requiresCapture else {
            throw .unexpectedState(
                "This PaymentIntent could not be captured because it has a status of \(status.rawValue). Only "
                    + "a PaymentIntent with status requires_capture may be captured.",
                self)
        }
        let captured = amountToCapture ?? amountCapturable
        try ChargeLimits.checkStep(captured, currency, param: "amount_to_capture")
        guard captured <= amountCapturable else {
            throw .invalidRequest(
                code: "amount_too_large",
                message:
                    "The amount to capture (\(captured)) is greater than the amount capturable (\(amountCapturable)).",
                param: "amount_to_capture")
        }
        status = .succeeded
        amountCapturable = 0
        amountReceived = captured
        return .charged(captured)
    }

    /// Cancels the payment, for good.
    /// - Throws: `payment_intent_unexpected_state` once money moved or it was canceled before.
    mutating func cancel(reason: String?, at now: Int64) throws(StripeError) -> StepResult {
        guard status.isCancelable else {
            throw .unexpectedState(
                "You cannot cancel this PaymentIntent because it has a status of \(status.rawValue). Only a "
                    + "PaymentIntent that has not succeeded or been canceled may be canceled.",
                self)
        }
        status = .canceled
        amountCapturable = 0
        authenticationURL = nil
        canceledAt = now
        cancellationReason = reason
        return .canceled
    }

    private mutating func settle() -> StepResult {
        latestCharge = ProviderID.charge()
        guard captureMethod != .manual else {
            status = .requiresCapture
            amountCapturable = amount
            return .authorized
        }
        status = .succeeded
        amountReceived = amount
        return .charged(amount)
    }

    private mutating func refuse(_ decline: Decline) -> StepResult {
        status = .requiresPaymentMethod
        lastDecline = decline
        declinedMethod = paymentMethod
        // A bank that did not come to know its customer was never asked for money.
        if decline != .authenticationFailed { latestCharge = ProviderID.charge() }
        paymentMethod = nil
        return .declined(decline)
    }
}
