internal import Domain
internal import FoundationEssentials

/// A payment intent as it stands in the provider's JSON; fields we do not use are left out.
struct StripeIntent: Decodable {
    struct LastError: Decodable {
        let code: String?
        let declineCode: String?
        let message: String?
        let method: StripeMethod?

        enum CodingKeys: String, CodingKey {
            case code, message
            case declineCode = "decline_code"
            case method = "payment_method"
        }
    }

    let id: String
    let status: PaymentIntentStatus
    let amount: Int64
    let currency: String
    let clientSecret: String?
    let lastError: LastError?
    let metadata: [String: String]?
    /// Seconds since 1970.
    let created: Int64?
    let amountReceived: Int64?
    let amountCapturable: Int64?
    /// The charge, where it was asked for; else only its name.
    let latestCharge: LatestCharge?
    let isLive: Bool?

    enum CodingKeys: String, CodingKey {
        case id, status, amount, currency, metadata, created
        case amountReceived = "amount_received"
        case amountCapturable = "amount_capturable"
        case latestCharge = "latest_charge"
        case isLive = "livemode"
        case clientSecret = "client_secret"
        case lastError = "last_payment_error"
    }

    /// The intent in our terms, `nil` when its currency or amount make no sense here.
    func intent(requestID: String?) -> PaymentIntent? {
        guard let currency = Currency(currency), let amount = StripeAmount.money(amount, currency) else { return nil }
        return PaymentIntent(
            id: PaymentIntent.ID(rawValue: id), status: status, amount: amount, clientSecret: clientSecret,
            lastError: lastError.map {
                Decline(
                    code: $0.code ?? "unknown", declineCode: $0.declineCode, message: $0.message ?? "",
                    fingerprint: $0.method?.fingerprint)
            },
            orderID: metadata?["order_id"].flatMap { Order.ID($0) }, requestID: requestID,
            createdAt: created.flatMap { Date(unixSeconds: $0) },
            amountReceived: amountReceived.flatMap { StripeAmount.money($0, currency) },
            amountCapturable: amountCapturable.flatMap { StripeAmount.money($0, currency) },
            paymentID: metadata?["payment_id"].flatMap { Payment.ID($0) }, shop: metadata?["shop"],
            card: latestCharge?.card)
    }

    /// The charge behind the intent: an object where it was asked for, else its name.
    struct LatestCharge: Decodable {
        let card: CardSummary?

        private struct Charge: Decodable {
            struct Details: Decodable {
                struct Card: Decodable {
                    let brand: String?
                    let last4: String?
                }
                let card: Card?
            }
            let payment_method_details: Details?
        }

        init(from decoder: any Decoder) throws {
            let charge = try? Charge(from: decoder)
            card = charge?.payment_method_details?.card.flatMap { card in
                guard let brand = card.brand, let lastFour = card.last4 else { return nil }
                return CardSummary(brand: brand, lastFour: lastFour)
            }
        }
    }
}

/// What a payment was tried with, as far as it says so: an id alone, or the whole object with the fingerprint of a card
/// or an account. Whatever else it may be spoils nothing.
struct StripeMethod: Decodable {
    private struct Details: Decodable {
        let fingerprint: String?
    }

    let fingerprint: String?

    private enum CodingKeys: String, CodingKey {
        case card
        case sepaDebit = "sepa_debit"
        case usBankAccount = "us_bank_account"
    }

    init(from decoder: any Decoder) throws {
        let fields = try? decoder.container(keyedBy: CodingKeys.self)
        fingerprint = [CodingKeys.card, .sepaDebit, .usBankAccount].lazy
            .compactMap { key in (try? fields?.decodeIfPresent(Details.self, forKey: key))?.fingerprint }
            .first { (1...255).contains($0.utf8.count) }
    }
}
