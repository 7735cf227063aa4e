import FoundationEssentials

extension PaymentBook {
    /// `POST /v1/payment_intents`
    func create(_ parameters: FormParameters, at now: Date, pages: String) throws(StripeError) -> BookOutcome {
        guard let amount = try parameters.positive("amount") else {
            throw .invalidRequest(code: "parameter_missing", message: "Missing required param: amount.", param: "amount")
        }
        let currency = try parameters.required("currency")
        try ChargeLimits.check(amount, currency)
        let method = try parameters.text("payment_method")
        if let method, CardOutcome.of(method) == nil {
            throw .invalidRequest(code: "resource_missing", message: "No such PaymentMethod: '\(method)'", param: "payment_method")
        }
        let id = ProviderID.intent()
        var intent = PaymentIntent(
            id: id, amount: amount, currency: currency,
            captureMethod: try parameters.choice("capture_method", of: PaymentIntent.CaptureMethod.self) ?? .automatic,
            clientSecret: ProviderID.secret(of: id), created: now.unixSeconds, metadata: try parameters.metadata(),
            paymentMethodTypes: try methodTypes(parameters), description: try parameters.text("description"),
            receiptEmail: try parameters.text("receipt_email"), status: method == nil ? .requiresPaymentMethod : .requiresConfirmation,
            paymentMethod: method)
        let returnURL = try parameters.text("return_url")
        guard try parameters.boolean("confirm") ?? false else {
            guard returnURL == nil else {
                throw .invalidRequest(code: nil, message: "You must set confirm=true when providing return_url.", param: "return_url")
            }
            return BookOutcome(change: BookChange(intent: intent), answer: .success(intent.wire))
        }
        let result = try intent.confirm(with: method, returnURL: returnURL, authenticationURL: authenticationURL(id, pages))
        return outcome(intent, result, at: now)
    }

    /// `POST /v1/payment_intents/{id}/confirm`
    func confirm(_ current: PaymentIntent, _ parameters: FormParameters, at now: Date, pages: String) throws(StripeError) -> BookOutcome {
        var intent = current
        let result = try intent.confirm(
            with: try parameters.text("payment_method"), returnURL: try parameters.text("return_url"),
            authenticationURL: authenticationURL(intent.id, pages))
        return outcome(intent, result, at: now)
    }

    /// `POST /v1/payment_intents/{id}/capture`
    func capture(_ current: PaymentIntent, _ parameters: FormParameters, at now: Date) throws(StripeError) -> BookOutcome {
        var intent = current
        let result = try intent.capture(try parameters.positive("amount_to_capture"))
        return outcome(intent, result, at: now)
    }

    /// `POST /v1/payment_intents/{id}/cancel`
    func cancel(_ current: PaymentIntent, _ parameters: FormParameters, at now: Date) throws(StripeError) -> BookOutcome {
        let reason = try parameters.text("cancellation_reason")
        let known = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"]
        if let reason, !known.contains(reason) {
            throw .invalidRequest(
                code: nil, message: "Invalid cancellation_reason: must be one of \(known.joined(separator: ", ")).",
                param: "cancellation_reason")
        }
        var intent = current
        let result = try intent.cancel(reason: reason, at: now.unixSeconds)
        return outcome(intent, result, at: now)
    }

    /// The customer authenticated, or refused to, on the sandbox's page.
    func finishAuthentication(of id: String, passed: Bool, at now: Date) -> BookOutcome {
        do throws(StripeError) {
            var intent = try intent(id)
            let result = try intent.finishAuthentication(passed: passed)
            return outcome(intent, result, at: now)
        } catch {
            return .refused(error)
        }
    }

    private func authenticationURL(_ id: String, _ pages: String) -> String { "\(pages)/_sandbox/authenticate/\(id)" }

    private func methodTypes(_ parameters: FormParameters) throws(StripeError) -> [String] {
        guard let value = parameters.values["payment_method_types"] else { return ["card"] }
        guard let types = value.elements?.compactMap(\.text), !types.isEmpty else {
            throw .invalidRequest(code: nil, message: "Invalid array: payment_method_types", param: "payment_method_types")
        }
        guard types.allSatisfy({ $0 == "card" }) else {
            throw .invalidRequest(code: nil, message: "The sandbox only knows payment_method_types card.", param: "payment_method_types")
        }
        return types
    }
}
