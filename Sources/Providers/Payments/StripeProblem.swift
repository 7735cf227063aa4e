/// An error as it stands in the provider's JSON.
struct StripeProblem: Decodable {
    struct Envelope: Decodable {
        let error: StripeProblem
    }

    let type: String?
    let code: String?
    let declineCode: String?
    let message: String?
    let param: String?
    let intent: StripeIntent?
    let method: StripeMethod?

    enum CodingKeys: String, CodingKey {
        case type, code, message, param
        case declineCode = "decline_code"
        case intent = "payment_intent"
        case method = "payment_method"
    }

    /// Whether there is such an object for a key of the other mode, test or live: the settings are wrong, not the id.
    var isAboutOtherMode: Bool { message?.contains("a similar object exists in") ?? false }

    /// What may be logged of it: its codes, not its sentence, which can quote what a customer entered.
    var summary: String {
        let names = [type, code, param.map { "at \($0)" }].compactMap { $0 }
        return names.isEmpty ? "no reason given" : names.joined(separator: ", ")
    }
}
