import Testing

@testable import Sandbox

@Suite("An intent moves money once, and only by the steps its state allows")
struct IntentStepsTests {
    private func intent(
        _ status: IntentStatus, method: String? = nil, capture: PaymentIntent.CaptureMethod = .automatic
    ) -> PaymentIntent {
        PaymentIntent(
            id: "pi_1", amount: 500, currency: "usd", captureMethod: capture, clientSecret: "s", created: 1,
            metadata: [:],
            paymentMethodTypes: ["card"],
            description: nil, receiptEmail: nil, status: status, paymentMethod: method,
            amountCapturable: status == .requiresCapture ? 500 : 0)
    }

    @Test("each state allows its own steps", arguments: IntentStatus.allCases)
    func stepsByState(_ status: IntentStatus) {
        let allowed: [IntentStatus: Set<String>] = [
            .requiresPaymentMethod: ["confirm", "cancel"], .requiresConfirmation: ["confirm", "cancel"],
            .requiresAction: ["confirm", "cancel", "authenticate"], .processing: [],
            .requiresCapture: ["capture", "cancel"],
            .succeeded: [], .canceled: [],
        ]
        let steps: [String: (inout PaymentIntent) throws(StripeError) -> PaymentIntent.StepResult] = [
            "confirm": { intent throws(StripeError) in
                try intent.confirm(with: "pm_card_visa", returnURL: nil, authenticationURL: "")
            },
            "cancel": { intent throws(StripeError) in try intent.cancel(reason: nil, at: 2) },
            "capture": { intent throws(StripeError) in try intent.capture(nil) },
            "authenticate": { intent throws(StripeError) in try intent.finishAuthentication(passed: true) },
        ]
        for (name, step) in steps {
            let before = intent(status, method: "pm_card_authenticationRequired")
            var after = before
            do throws(StripeError) {
                _ = try step(&after)
                #expect(allowed[status]?.contains(name) == true, "\(name) passed in \(status)")
            } catch {
                #expect(allowed[status]?.contains(name) == false, "\(name) was refused in \(status)")
                #expect(error.code == "payment_intent_unexpected_state" && error.status == 400)
                #expect(error.intent == before, "the error shows the intent")
                #expect(after == before, "a refused step changes nothing")
            }
        }
    }

    @Test("automatic capture charges on confirmation")
    func automaticCaptureChargesOnConfirm() throws {
        var intent = intent(.requiresPaymentMethod)
        #expect(try intent.confirm(with: "pm_card_visa", returnURL: nil, authenticationURL: "") == .charged(500))
        #expect(intent.status == .succeeded && intent.amountReceived == 500 && intent.latestCharge != nil)
    }

    @Test("manual capture charges on capture")
    func manualCaptureChargesOnCapture() throws {
        var intent = intent(.requiresPaymentMethod, capture: .manual)
        #expect(try intent.confirm(with: "pm_card_visa", returnURL: nil, authenticationURL: "") == .authorized)
        #expect(intent.status == .requiresCapture && intent.amountCapturable == 500 && intent.amountReceived == 0)
        #expect(throws: StripeError.self) { try intent.capture(501) }
        #expect(try intent.capture(300) == .charged(300))
        #expect(intent.status == .succeeded && intent.amountReceived == 300 && intent.amountCapturable == 0)
    }

    @Test("a decline asks for another card")
    func declineAsksForAnotherCard() throws {
        var intent = intent(.requiresConfirmation, method: "pm_card_visa")
        #expect(
            try intent.confirm(with: "pm_card_chargeDeclinedLostCard", returnURL: nil, authenticationURL: "")
                == .declined(.lostCard))
        #expect(
            intent.status == .requiresPaymentMethod && intent.paymentMethod == nil && intent.lastDecline == .lostCard)
        #expect(try intent.confirm(with: "pm_card_visa", returnURL: nil, authenticationURL: "") == .charged(500))
        #expect(intent.lastDecline == nil)
    }

    @Test("confirming needs a payment method")
    func confirmingNeedsAMethod() {
        var intent = intent(.requiresPaymentMethod)
        #expect(throws: StripeError.self) { try intent.confirm(with: nil, returnURL: nil, authenticationURL: "") }
        #expect(throws: StripeError.self) {
            try intent.confirm(with: "pm_card_unheardOf", returnURL: nil, authenticationURL: "")
        }
        #expect(intent.status == .requiresPaymentMethod)
    }

    @Test("authentication decides about the charge")
    func authenticationDecides() throws {
        for (method, passed, expected) in [
            ("pm_card_authenticationRequired", true, PaymentIntent.StepResult.charged(500)),
            ("pm_card_threeDSecure2Required", false, .declined(.authenticationFailed)),
            ("pm_card_threeDSecureRequiredChargeDeclined", true, .declined(.generic)),
        ] {
            var intent = intent(.requiresPaymentMethod)
            #expect(
                try intent.confirm(with: method, returnURL: nil, authenticationURL: "http://here") == .actionRequired)
            #expect(intent.authenticationURL == "http://here")
            #expect(try intent.finishAuthentication(passed: passed) == expected)
            #expect(intent.authenticationURL == nil)
        }
    }
}
