import Domain
import Foundation
import Synchronization
import TestSupport

/// Abacus' own side: a real HTTP server with charges, payouts, a ledger and webhooks, and rules of its own.
final class AbacusServer: Sendable {
    /// What signs its webhooks.
    static let secret = "bead-0123456789"

    private struct State {
        var charges: [AbacusCharge] = []
        var payouts: [AbacusPayout] = []
        /// What was asked under a key, and answered.
        var answers: [String: (asked: String, status: Int, text: String)] = [:]
        var losesNextPayment = false
        var moved: [String: [Int64]] = [:]
        var hooks: [(body: [UInt8], seal: String)] = []
    }

    private let state = Mutex(State())
    private let server: Mutex<ScriptedServer?> = Mutex(nil)

    /// Starts it.
    init() throws {
        let started = try ScriptedServer { [state] peer in
            while true {
                let request = try peer.readRequest()
                let answer = state.withLock { Self.answer(request, &$0) }
                // Drops the connection: what was done stays done.
                guard let answer else { return }
                try peer.answer(answer.status, headers: ["Content-Type": "application/json"], answer.text)
            }
        }
        server.withLock { $0 = started }
    }

    var url: String { server.withLock { $0?.url } ?? "" }
    /// What it would send to the shop: body and seal.
    var hooks: [(body: [UInt8], seal: String)] { state.withLock { $0.hooks } }

    func stop() { server.withLock { $0 }?.stop() }
    /// The next payment takes effect and is not answered.
    func loseNextPayment() { state.withLock { $0.losesNextPayment = true } }
    /// Amounts that moved for a charge, those paid out below zero.
    func moved(_ id: PaymentIntent.ID) -> [Int64] { state.withLock { $0.moved[id.rawValue] ?? [] } }

    /// The customer's bank says yes.
    func pass(_ id: PaymentIntent.ID) {
        state.withLock { state in
            guard let index = state.charges.firstIndex(where: { $0.id == id.rawValue && $0.state == "at bank" }) else {
                return
            }
            Self.pay(index, &state)
        }
    }

    private static func answer(_ request: ScriptedRequest, _ state: inout State) -> (status: Int, text: String)? {
        let asked = request.method + request.target + request.body
        if let key = request.headers["x-abacus-once"], let known = state.answers[key] {
            return known.asked == asked ? (known.status, known.text) : problem("key_reused", "key_reused")
        }
        let answer = act(request, &state)
        if let key = request.headers["x-abacus-once"] { state.answers[key] = (asked, answer.status, answer.text) }
        if request.target.hasSuffix("/pay"), state.losesNextPayment {
            state.losesNextPayment = false
            return nil
        }
        return answer
    }

    private static func act(_ request: ScriptedRequest, _ state: inout State) -> (status: Int, text: String) {
        guard request.headers["x-abacus-key"]?.hasPrefix("aba-play-") == true else { return problem("key", "no key") }
        let path = request.target.prefix { $0 != "?" }.split(separator: "/").map(String.init)
        let from = request.target.split(separator: "=").last.flatMap { Int($0) } ?? 0
        let fields = (try? JSONDecoder().decode([String: String].self, from: Data(request.body.utf8))) ?? [:]
        switch (request.method, path.first, path.count) {
        case ("POST", "charges", 1): return make(request, &state)
        case ("GET", "charges", 1): return page(state.charges, from)
        case ("GET", "payouts", 1): return page(state.payouts, from)
        case ("POST", "payouts", 1): return payOut(fields, &state)
        case ("GET", "payouts", 2):
            return state.payouts.first { $0.id == path[1] }.map(done) ?? problem("unknown", "unknown")
        default: break
        }
        guard let index = state.charges.firstIndex(where: { path.count > 1 && $0.id == path[1] }) else {
            return problem("unknown", "unknown")
        }
        let charge = state.charges[index]
        switch (request.method, path.count > 2 ? path[2] : "") {
        case ("GET", ""): break
        case ("GET", "payouts"):
            return done(AbacusList(items: state.payouts.filter { $0.charge == charge.id }, next: nil))
        case ("POST", "pay"):
            guard charge.state == "new" || charge.state == "refused" else { return problem("state", "state", charge) }
            switch fields["instrument"] {
            case "gold": pay(index, &state)
            case "sand":
                change(index, to: "refused", &state)
                return problem("refused", "no_cover", state.charges[index])
            case "letter": change(index, to: "at bank", &state)
            default: return problem("instrument", "no such instrument")
            }
        case ("POST", "collect"):
            guard charge.state == "held" else { return problem("state", "state", charge) }
            if let part = fields["total"] { state.charges[index].taken = part }
            collect(index, &state)
        case ("POST", "drop"):
            guard charge.state != "paid" else { return problem("state", "state", charge) }
            change(index, to: "dropped", &state)
        default: return problem("unknown", "unknown")
        }
        return done(state.charges[index])
    }

    private static func make(_ request: ScriptedRequest, _ state: inout State) -> (status: Int, text: String) {
        guard let order = try? JSONDecoder().decode(AbacusOrder.self, from: Data(request.body.utf8)) else {
            return problem("request", "unreadable")
        }
        let charge = AbacusCharge(
            id: "c\(state.charges.count + 1)", state: "new", order: order, taken: nil,
            made: Int64(Date().timeIntervalSince1970))
        state.charges.append(charge)
        return done(charge)
    }

    private static func payOut(_ fields: [String: String], _ state: inout State) -> (status: Int, text: String) {
        guard let charge = state.charges.first(where: { $0.id == fields["charge"] }), charge.state == "paid",
            let currency = Currency(charge.order.currency), let total = fields["total"],
            let amount = Abacus.money(total, currency)?.amount
        else { return problem("unknown", "unknown") }
        guard state.moved[charge.id, default: []].reduce(0, +) >= amount else { return problem("request", "too_much") }
        let payout = AbacusPayout(
            id: "p\(state.payouts.count + 1)", charge: charge.id, total: total, currency: currency.code,
            refund: fields["refund"], shop: fields["shop"], made: Int64(Date().timeIntervalSince1970))
        state.payouts.append(payout)
        state.moved[charge.id, default: []].append(-amount)
        tell("payout done", nil, payout, &state)
        return done(payout)
    }

    private static func pay(_ index: Int, _ state: inout State) {
        if state.charges[index].order.collect == "now" {
            collect(index, &state)
        } else {
            change(index, to: "held", &state)
        }
    }

    private static func collect(_ index: Int, _ state: inout State) {
        let charge = state.charges[index]
        state.charges[index].taken = charge.taken ?? charge.order.total
        if let currency = Currency(charge.order.currency),
            let money = Abacus.money(charge.taken ?? charge.order.total, currency)
        {
            state.moved[charge.id, default: []].append(money.amount)
        }
        change(index, to: "paid", &state)
    }

    private static func change(_ index: Int, to word: String, _ state: inout State) {
        state.charges[index].state = word
        tell("charge \(word)", state.charges[index], nil, &state)
    }

    private static func tell(_ what: String, _ charge: AbacusCharge?, _ payout: AbacusPayout?, _ state: inout State) {
        let now = Int64(Date().timeIntervalSince1970)
        let event = AbacusEvent(
            event: "e\(state.hooks.count + 1)", what: what, at: now, charge: charge, payout: payout)
        let body = Array((try? JSONEncoder().encode(event)) ?? Data())
        state.hooks.append((body, AbacusWebhookReader.seal(body, secret: secret, at: now)))
    }

    /// Two entries a page, the latest first; pages are numbered.
    private static func page<Item: Codable>(_ items: [Item], _ from: Int) -> (status: Int, text: String) {
        let rest = items.reversed().dropFirst(from)
        return done(AbacusList(items: Array(rest.prefix(2)), next: rest.count > 2 ? String(from + 2) : nil))
    }

    private static func done(_ value: some Encodable) -> (status: Int, text: String) {
        (200, String(decoding: (try? JSONEncoder().encode(value)) ?? Data(), as: UTF8.self))
    }

    private static func problem(
        _ problem: String, _ why: String, _ charge: AbacusCharge? = nil
    ) -> (status: Int, text: String) {
        let document = AbacusProblem(problem: problem, why: why, charge: charge)
        return (422, String(decoding: (try? JSONEncoder().encode(document)) ?? Data(), as: UTF8.self))
    }
}

/// Amounts as Abacus writes them: `19.99`.
enum Abacus {
    static func text(_ money: Money) -> String {
        let digits = money.currency.exponent
        var text = String(money.amount)
        if digits == 0 { return text }
        while text.count <= digits { text = "0" + text }
        return text.dropLast(digits) + "." + text.suffix(digits)
    }

    static func money(_ text: String, _ currency: Currency) -> Money? {
        Int64(text.filter { $0 != "." }).map { Money($0, currency) }
    }
}

struct AbacusOrder: Codable, Sendable {
    let total: String
    let currency: String
    let order: String
    let payment: String?
    let shop: String?
    let collect: String
}

struct AbacusCharge: Codable, Sendable {
    let id: String
    var state: String
    let order: AbacusOrder
    var taken: String?
    let made: Int64

    var intent: PaymentIntent? {
        let states: [String: PaymentIntentStatus] = [
            "new": .requiresPaymentMethod, "refused": .requiresPaymentMethod, "at bank": .requiresAction,
            "held": .requiresCapture, "paid": .succeeded, "dropped": .canceled,
        ]
        guard let status = states[state], let currency = Currency(order.currency),
            let amount = Abacus.money(order.total, currency)
        else { return nil }
        return PaymentIntent(
            id: .init(rawValue: id), status: status, amount: amount, clientSecret: "open-\(id)",
            lastError: state == "refused" ? Decline(code: "no_cover", message: "No.") : nil,
            orderID: Order.ID(order.order), createdAt: Date(timeIntervalSince1970: TimeInterval(made)),
            amountReceived: status == .succeeded ? taken.flatMap { Abacus.money($0, currency) } : nil,
            paymentID: order.payment.flatMap { Payment.ID($0) }, shop: order.shop)
    }
}

struct AbacusPayout: Codable, Sendable {
    let id: String
    let charge: String
    let total: String
    let currency: String
    let refund: String?
    let shop: String?
    let made: Int64

}

extension AbacusPayout {
    var providerRefund: ProviderRefund? {
        guard let currency = Currency(currency), let amount = Abacus.money(total, currency) else { return nil }
        return ProviderRefund(
            id: .init(rawValue: id), status: .succeeded, amount: amount, intentID: .init(rawValue: charge),
            refundID: refund.flatMap { Refund.ID($0) }, shop: shop,
            createdAt: Date(timeIntervalSince1970: TimeInterval(made)))
    }
}

struct AbacusEvent: Codable, Sendable {
    let event: String
    let what: String
    let at: Int64
    let charge: AbacusCharge?
    let payout: AbacusPayout?
}

struct AbacusProblem: Codable, Sendable {
    let problem: String
    let why: String
    let charge: AbacusCharge?
}

struct AbacusList<Item: Codable>: Codable {
    let items: [Item]
    let next: String?
}
