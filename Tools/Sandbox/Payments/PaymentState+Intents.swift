import FoundationEssentials
import JSON

extension PaymentState {
    /// `POST /v1/payment_intents`
    func create(_ parameters: FormParameters, version: StripeVersion, at now: Date, pages: String) throws(StripeError)
        -> BookOutcome
    {
        guard let amount = try parameters.positive("amount") else {
            throw .invalidRequest(
                code: "parameter_missing", message: "Missing required param: amount.", param: "amount")
        }
        let currency = try parameters.required("currency")
        try ChargeLimits.check(amount, currency)
        try refuseWhatIsNotThere(parameters)
        let method = try knownMethod(parameters)
        let (types, redirects) = try methods(parameters, version)
        let id = ProviderID.intent()
        var intent = PaymentIntent(
            id: id, amount: amount, currency: currency,
            captureMethod: try parameters.choice("capture_method", of: PaymentIntent.CaptureMethod.self) ?? .automatic,
            clientSecret: ProviderID.secret(of: id), created: now.unixSeconds, metadata: try parameters.metadata(),
            paymentMethodTypes: types, description: try parameters.text("description"),
            receiptEmail: try parameters.text("receipt_email"),
            status: method == nil ? .requiresPaymentMethod : .requiresConfirmation,
            paymentMethod: method)
        intent.redirects = redirects
        try intent.take(parameters)
        _ = try parameters.word("confirmation_method", of: ["automatic", "manual"])
        guard try parameters.boolean("confirm") ?? false else {
            for name in ["return_url", "off_session", "error_on_requires_action", "mandate_data"]
            where parameters.values[name] != nil {
                throw .invalidRequest(
                    code: nil, message: "You must set `confirm=true` when providing `\(name)`.", param: name)
            }
            return BookOutcome(change: BookChange(intent: intent), answer: .success(intent.wire))
        }
        return try confirm(&intent, parameters, method: method, at: now, pages: pages)
    }

    /// `POST /v1/payment_intents/{id}/confirm`
    func confirm(_ current: PaymentIntent, _ parameters: FormParameters, at now: Date, pages: String)
        throws(StripeError) -> BookOutcome
    {
        var intent = current
        try refuseWhatIsNotThere(parameters)
        if intent.status.isConfirmable { try intent.take(parameters) }
        return try confirm(&intent, parameters, method: try parameters.text("payment_method"), at: now, pages: pages)
    }

    private func confirm(
        _ intent: inout PaymentIntent, _ parameters: FormParameters, method: String?, at now: Date, pages: String
    ) throws(StripeError) -> BookOutcome {
        let returnURL = try parameters.text("return_url")
        if let returnURL, !Self.isAddress(returnURL) {
            throw .invalidRequest(code: "url_invalid", message: "Not a valid URL", param: "return_url")
        }
        // `one_off` and `recurring` say why the customer is away.
        let away = try parameters.word("off_session", of: ["true", "false", "one_off", "recurring"])
        let mayNotAsk = try parameters.boolean("error_on_requires_action") ?? false
        let result = try intent.confirm(
            with: method, returnURL: returnURL, authenticationURL: authenticationURL(intent.id, pages),
            isAttended: (away ?? "false") == "false" && !mayNotAsk)
        return outcome(intent, result, at: now)
    }

    /// `POST /v1/payment_intents/{id}`: what may still be changed depends on how far the payment is.
    func update(_ current: PaymentIntent, _ parameters: FormParameters) throws(StripeError) -> BookOutcome {
        var intent = current
        try refuseWhatIsNotThere(parameters)
        let late = [
            "amount", "currency", "payment_method", "payment_method_types", "capture_method", "setup_future_usage",
        ]
        let open: Set<IntentStatus> = [.requiresPaymentMethod, .requiresConfirmation, .requiresAction]
        if !open.contains(intent.status), let name = late.first(where: { parameters.values[$0] != nil }) {
            throw .unexpectedState(
                "This PaymentIntent's \(name) could not be updated because it has a status of "
                    + "\(intent.status.rawValue). You may only update the \(name) of a PaymentIntent with one of the "
                    + "following statuses: requires_payment_method, requires_confirmation, requires_action.",
                intent)
        }
        intent.amount = try parameters.positive("amount") ?? intent.amount
        intent.currency = try parameters.text("currency") ?? intent.currency
        try ChargeLimits.check(intent.amount, intent.currency)
        if let method = try knownMethod(parameters) {
            intent.paymentMethod = method
            intent.status = .requiresConfirmation
            intent.authenticationURL = nil
            (intent.lastDecline, intent.declinedMethod) = (nil, nil)
        }
        intent.captureMethod =
            try parameters.choice("capture_method", of: PaymentIntent.CaptureMethod.self) ?? intent.captureMethod
        intent.metadata = try parameters.metadata(over: intent.metadata)
        if parameters.values["description"] != nil { intent.description = try parameters.text("description") }
        try intent.take(parameters)
        return BookOutcome(change: BookChange(intent: intent), answer: .success(intent.wire))
    }

    /// `POST /v1/payment_intents/{id}/capture`
    func capture(_ current: PaymentIntent, _ parameters: FormParameters, at now: Date) throws(StripeError)
        -> BookOutcome
    {
        guard try parameters.boolean("final_capture") ?? true else {
            throw .invalidRequest(
                code: nil, message: "This PaymentIntent does not support capturing more than once.",
                param: "final_capture")
        }
        var intent = current
        let result = try intent.capture(try parameters.positive("amount_to_capture"))
        intent.metadata = try parameters.metadata(over: intent.metadata)
        try intent.take(parameters)
        return outcome(intent, result, at: now)
    }

    /// `POST /v1/payment_intents/{id}/cancel`
    func cancel(_ current: PaymentIntent, _ parameters: FormParameters, at now: Date) throws(StripeError) -> BookOutcome
    {
        let reason = try parameters.word(
            "cancellation_reason", of: ["duplicate", "fraudulent", "requested_by_customer", "abandoned"])
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

    private static func isAddress(_ url: String) -> Bool {
        guard let colon = url.firstIndex(of: ":"), colon != url.startIndex else { return false }
        return url[colon...].hasPrefix("://") && url.utf8.count <= 2_048
            && url.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private func knownMethod(_ parameters: FormParameters) throws(StripeError) -> String? {
        guard let method = try parameters.text("payment_method") else { return nil }
        guard CardOutcome.of(method) != nil else {
            throw .invalidRequest(
                code: "resource_missing", message: "No such PaymentMethod: '\(method)'", param: "payment_method")
        }
        return method
    }

    /// Objects that only others of the provider's products make are not here, so no id of them is right.
    private func refuseWhatIsNotThere(_ parameters: FormParameters) throws(StripeError) {
        for (name, kind) in [
            ("customer", "customer"), ("mandate", "mandate"), ("confirmation_token", "ConfirmationToken"),
            ("on_behalf_of", "account"), ("payment_method_configuration", "payment_method_configuration"),
        ] {
            if let id = try parameters.text(name) {
                throw .invalidRequest(code: "resource_missing", message: "No such \(kind): '\(id)'", param: name)
            }
        }
        if parameters.values["payment_method_data"]?.fields?["card"]?.fields?["number"] != nil {
            throw .invalidRequest(
                status: 402, code: nil,
                message:
                    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you "
                    + "use test tokens that map to the test card you are using, see "
                    + "https://stripe.com/docs/testing."
            )
        }
        if let name = ["payment_method_data", "transfer_data", "application_fee_amount"].first(where: {
            parameters.values[$0] != nil
        }) {
            throw .invalidRequest(code: nil, message: "The sandbox does not stand in for \(name).", param: name)
        }
    }

    /// The kinds of methods an intent takes, and whether those that send the customer elsewhere are among them.
    private func methods(_ parameters: FormParameters, _ version: StripeVersion) throws(StripeError) -> (
        [String], redirects: String?
    ) {
        if let automatic = parameters.fields("automatic_payment_methods") {
            guard let isEnabled = automatic.values["enabled"]?.text else {
                throw .invalidRequest(
                    code: "parameter_missing", message: "Missing required param: automatic_payment_methods[enabled].",
                    param: "automatic_payment_methods[enabled]")
            }
            guard isEnabled == "true" || isEnabled == "false" else {
                throw .invalidRequest(
                    code: nil, message: "Invalid boolean: \(isEnabled)", param: "automatic_payment_methods[enabled]")
            }
            let redirects = automatic.values["allow_redirects"]?.text ?? "always"
            guard redirects == "always" || redirects == "never" else {
                throw .invalidRequest(
                    code: nil,
                    message: "Invalid automatic_payment_methods[allow_redirects]: must be one of always, or never",
                    param: "automatic_payment_methods[allow_redirects]")
            }
            guard isEnabled == "false" || parameters.values["payment_method_types"] == nil else {
                throw .invalidRequest(
                    code: nil,
                    message:
                        "You may only specify one of these parameters: automatic_payment_methods, "
                        + "payment_method_types.",
                    param: "automatic_payment_methods")
            }
            if isEnabled == "true" { return (["card", "us_bank_account"], redirects) }
        }
        guard let value = parameters.values["payment_method_types"], value.text != "" else {
            return version.takesMethodsOfTheAccount ? (["card", "us_bank_account"], "always") : (["card"], nil)
        }
        let types = value.elements?.compactMap(\.text) ?? []
        for (index, type) in types.enumerated() where type != "card" && type != "us_bank_account" {
            throw .invalidRequest(
                code: "payment_intent_invalid_parameter",
                message:
                    "The payment method type \"\(type)\" is invalid. Please ensure the provided type is "
                    + "activated in your dashboard and your account is enabled for any preview features that you "
                    + "are trying to use.",
                param: "payment_method_types[\(index)]")
        }
        return (types.isEmpty ? ["card"] : types, nil)
    }
}

extension PaymentIntent {
    /// Takes what creating, changing and confirming have in common: whom to write to, where the goods go, what stands
    /// on the statement.
    mutating func take(_ parameters: FormParameters) throws(StripeError) {
        if let email = try parameters.text("receipt_email") {
            guard email.contains("@"), !email.contains(where: \.isWhitespace) else {
                throw .invalidRequest(
                    code: "email_invalid", message: "Invalid email address: \(email)", param: "receipt_email")
            }
            receiptEmail = email
        }
        setupFutureUsage =
            try parameters.word("setup_future_usage", of: ["off_session", "on_session"]) ?? setupFutureUsage
        if parameters.values["statement_descriptor"]?.text?.isEmpty == false, paymentMethodTypes == ["card"] {
            throw .invalidRequest(
                code: nil,
                message:
                    "The `statement_descriptor` parameter is not supported for the `card` payment method type. "
                    + "Please use `statement_descriptor_suffix` instead.",
                param: "statement_descriptor")
        }
        if let suffix = try parameters.text("statement_descriptor_suffix") {
            guard suffix.count <= 22, !suffix.contains(where: { "<>\\'\"*".contains($0) }),
                suffix.contains(where: \.isLetter)
            else {
                throw .invalidRequest(
                    code: nil,
                    message:
                        "The statement descriptor suffix has at most 22 characters, a letter among them and "
                        + "none of < > \\ ' \" *.",
                    param: "statement_descriptor_suffix")
            }
            statementDescriptorSuffix = suffix
        }
        guard let given = parameters.values["shipping"] else { return }
        guard let fields = given.fields else {
            shipping = nil
            return
        }
        guard let address = fields["address"]?.fields else { throw Self.missing("shipping[address]") }
        guard let name = fields["name"]?.text, !name.isEmpty else { throw Self.missing("shipping[name]") }
        if let country = address["country"]?.text, !country.isEmpty,
            country.count != 2 || country != country.uppercased()
        {
            throw .invalidRequest(
                code: "country_code_invalid",
                message: "Country '\(country)' is unknown. Try using a 2-character alphanumeric country code.",
                param: "shipping[address][country]")
        }
        func text(_ fields: [String: FormValue], _ name: String) -> (String, JSONValue) {
            (name, fields[name]?.text.flatMap { $0.isEmpty ? nil : JSONValue.string($0) } ?? .null)
        }
        let place = JSONValue.object(TestMethod.addressFields.map { text(address, $0) })
        shipping =
            JSONValue.object(
                [("address", place)] + ["carrier", "name", "phone", "tracking_number"].map { text(fields, $0) }
            ).text
    }

    private static func missing(_ name: String) -> StripeError {
        .invalidRequest(code: "parameter_missing", message: "Missing required param: \(name).", param: name)
    }
}
