import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

/// Plays one purchase as a client that never gives up: what gets no answer is sent again under the same key.
struct Customer: Sendable {
    /// Two minutes after the provider's return everything is settled, and it returns fifteen seconds into a round.
    private static let patience: Duration = .seconds(135)

    let shop: Shop
    let purchase: MoneyRound.Purchase
    let product: Shop.Product
    /// Of an operator's session.
    let operating: String

    /// From the first request to the last. Returns the answer to the order, which every copy of it got.
    func run() async throws -> Answer {
        let key = UUID().uuidString
        let cart = purchase.isFromCart ? try await fillCart() : nil
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<purchase.copies { group.addTask { try await place(key, cart) } }
            return try await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        let order = try #require(answers.first)
        #expect(Set(answers.map(\.orderID)).count == 1, "\(answers.map(\.text))")
        if let id = order.orderID { try await follow(id, order, cart) }
        return order
    }

    /// Repeats a request until it gets an answer that says what became of it.
    private func insist(_ what: String, _ send: () async throws -> Answer) async throws -> Answer {
        try await eventually(within: .seconds(60), what) {
            do {
                let answer = try await send()
                let isUndecided =
                    answer.status >= 500 || answer.status == 429 || answer.text.contains("request_in_progress")
                return isUndecided ? nil : answer
            } catch is OutboundError {
                return nil
            }
        }
    }

    /// A cart that a client has lost sight of is of no use; it fills another.
    private func fillCart() async throws -> String {
        try await eventually(within: .seconds(60), "the cart is filled") {
            try? await shop.fillCart(product, quantity: purchase.quantity)
        }
    }

    private func place(_ key: String, _ cart: String?) async throws -> Answer {
        try await insist("the order is answered") {
            if let cart {
                return try await shop.orderCart(cart, method: purchase.method, currency: purchase.currency, key: key)
            }
            return try await shop.order(
                product, quantity: purchase.quantity, method: purchase.method, currency: purchase.currency, key: key,
                wait: nil)
        }
    }

    private func follow(_ id: String, _ order: Answer, _ cart: String?) async throws {
        switch purchase.sequel {
        case .nothing: break
        case .cancel(let time):
            try await letTimePass(time, because: "the customer makes up their mind after a while")
            let answer = try await insist("the order is called off") { try await shop.cancel(order, cart: cart) }
            #expect([200, 202].contains(answer.status), "\(answer.text)")
        case .refunds(let parts):
            guard try await decided(id) == "confirmed" else { return }
            for part in parts {
                let (key, amount) = (UUID().uuidString, try await total(of: id) * part / 100)
                let answer = try await insist("the refund is answered") {
                    try await shop.refund(
                        id, amount: max(1, amount), currency: purchase.currency ?? "USD", key: key, by: operating)
                }
                #expect(
                    [200, 202].contains(answer.status) || answer.text.contains("refund_exceeds_captured"),
                    "\(answer.text)")
            }
        case .otherCard(let method):
            guard try await decided(id) == "payment_failed" else { return }
            let answer = try await insist("the other card is answered") {
                try await shop.pay(order, method: method, cart: cart, wait: 0)
            }
            #expect([200, 201, 202, 402].contains(answer.status), "\(answer.text)")
        case .authenticate(let succeeds):
            guard try await isAwaitingApproval(id) else { return }
            try await eventually(within: .seconds(60), "the bank has its answer") {
                await answerBank(about: id, succeeds)
            }
        }
    }

    /// The order's status once nothing is under way.
    private func decided(_ id: String) async throws -> String {
        try await eventually(within: Self.patience, "the order is decided") {
            let status = try await shop.orderStatus(id) ?? "missing"
            return ["pending", "reserved"].contains(status) ? nil : status
        }
    }

    /// Whether the bank waits for the customer; not, when the order is over without.
    private func isAwaitingApproval(_ id: String) async throws -> Bool {
        try await eventually(within: Self.patience, "the bank asks the customer") {
            let state = try await shop.state(of: id)
            if !["pending", "reserved"].contains(state.order) { return false }
            return state.payment == "requires_action" ? true : nil
        }
    }

    /// Answers the bank. Where its answer is lost with the process that gave it, the bank refuses a second one, and the
    /// order tells that the first one counts.
    private func answerBank(about id: String, _ succeeds: Bool) async -> Bool {
        do {
            try await shop.authenticate(id, passing: succeeds)
            return true
        } catch {
            let payment = try? await shop.state(of: id).payment
            return payment != nil && payment != "requires_action"
        }
    }

    private func total(of id: String) async throws -> Int {
        try await shop.database.pool.query("SELECT total FROM orders WHERE id = \(id)::uuid")[0]["total"]
    }
}
