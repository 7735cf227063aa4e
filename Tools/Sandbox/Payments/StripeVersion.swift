/// A version of the payment provider's API: the day it came out, since autumn 2024 with the name of its release behind
/// it (https://docs.stripe.com/api/versioning).
///
/// A call asks for one with `Stripe-Version`; events are written in the account's, whatever the call that caused them
/// asked for.
struct StripeVersion: Sendable, Equatable, Codable {
    /// The account's, unless told otherwise.
    static let current = StripeVersion(known: "2024-10-28.acacia")

    /// As it is written: `2024-06-20`, `2024-10-28.acacia`.
    let text: String

    private init(known text: String) {
        self.text = text
    }

    /// nil when it is not written as a version is.
    init?(_ text: String) {
        let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.map(\.utf8.count) == [4, 2, 2],
            halves[0].utf8.allSatisfy({ Self.isDigit($0) || $0 == UInt8(ascii: "-") }),
            let year = Int(numbers[0]), let month = Int(numbers[1]), let day = Int(numbers[2]), year >= 2011,
            (1...12).contains(month),
            (1...31).contains(day)
        else { return nil }
        let isNamed = String(halves[0]) >= "2024-09-30"
        guard isNamed == (halves.count == 2) else { return nil }
        if isNamed,
            halves[1].isEmpty || !halves[1].utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        {
            return nil
        }
        self.text = text
    }

    /// Whether refunds of charges are reported under the names of all refunds, `refund.created`, `refund.updated` and
    /// `refund.failed`. Before, they were reported as `charge.refunded` and `charge.refund.updated` alone
    /// (https://docs.stripe.com/changelog/acacia/2024-10-28/refund-webhook-update).
    var namesRefundEventsAlike: Bool { text >= "2024-10-28" }

    /// Whether a payment for which no methods are named takes those of the account's settings, some of which send the
    /// customer elsewhere (https://docs.stripe.com/upgrades#2023-08-16).
    var takesMethodsOfTheAccount: Bool { text >= "2023-08-16" }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
