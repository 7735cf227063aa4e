import Foundation
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Synchronization

/// What is wrong with the rates: the body of `PUT /_sandbox/rates`. What is absent is not wrong.
struct RateControls: Sendable, Codable, Equatable {
    /// How a document is broken.
    enum Break: String, Sendable, Codable, CaseIterable {
        /// The central bank's file is not well-formed.
        case xml
        /// The JSON documents are not well-formed.
        case json
        /// Half of any document arrives, then the connection closes.
        case half
        /// No document: 500.
        case failure = "500"
    }

    /// The set is that of so many days before today's.
    var ageDays: Int?
    /// By what the worth of one euro in a currency is multiplied, such as `{"USD": 1.3}`.
    var jump: [String: Decimal]?
    var breaks: Break?
    /// Whether the last rate of every document is below zero.
    var negative: Bool?

    enum CodingKeys: String, CodingKey {
        case ageDays = "age_days"
        case breaks = "break"
        case jump, negative
    }

    init() {}

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        ageDays = try fields.decodeIfPresent(Int.self, forKey: .ageDays)
        jump = try fields.decodeIfPresent([String: Decimal].self, forKey: .jump)
        breaks = try fields.decodeIfPresent(Break.self, forKey: .breaks)
        negative = try fields.decodeIfPresent(Bool.self, forKey: .negative)
        try validate()
    }

    /// Reads the form on the rates page: `age_days`, `jump_currency` with `jump_factor`, `break` and `negative`; an
    /// empty field is absent.
    init(form: [String: FormValue]) throws(FaultError) {
        let given = form.compactMapValues { $0.text.flatMap { $0.isEmpty ? nil : $0 } }
        if let days = given["age_days"] {
            guard let number = Int(days) else { throw FaultError("age_days is a whole number, not '\(days)'") }
            ageDays = number
        }
        if let currency = given["jump_currency"] {
            guard let factor = given["jump_factor"].flatMap({ Decimal(string: $0) }) else {
                throw FaultError("jump_factor is a number")
            }
            jump = [currency.uppercased(): factor]
        }
        if let name = given["break"] {
            guard let known = Break(rawValue: name) else { throw FaultError("'\(name)' breaks nothing") }
            breaks = known
        }
        if given["negative"] != nil { negative = true }
        try validate()
    }

    /// - Throws: `FaultError` with the field at fault and what was expected.
    private func validate() throws(FaultError) {
        if let ageDays, !(0...10_000).contains(ageDays) {
            throw FaultError("age_days must lie between 0 and 10000, not \(ageDays)")
        }
        for (code, factor) in jump ?? [:] {
            guard RateTable.currencies.contains(code) else { throw FaultError("there is no rate of '\(code)' to jump") }
            guard factor > 0 else { throw FaultError("a rate jumps by a factor above 0, not \(factor)") }
        }
    }
}

/// What is wrong with the rates now, for all connections.
final class RateBoard: Sendable {
    private let state = Mutex(RateControls())

    var controls: RateControls { state.withLock { $0 } }

    func set(_ controls: RateControls) {
        state.withLock { $0 = controls }
    }

    /// The set that is published now, and how its documents are broken.
    func published(at now: Date) -> (table: RateTable, breaks: RateControls.Break?) {
        let controls = controls
        let today = CivilDate.lastPublished(at: now)
        let date = controls.ageDays.map { CivilDate(days: today.days - $0).orWorkingDayBefore } ?? today
        return (
            RateTable(date: date, jump: controls.jump ?? [:], lastIsNegative: controls.negative ?? false),
            controls.breaks
        )
    }
}

/// `GET`, `PUT` and `DELETE /_sandbox/rates`: what is wrong with the rates, made wrong, put right; `/rates` is the same
/// for people.
struct RateControlRoutes: Sendable {
    let board: RateBoard

    func add(to router: Router<SandboxContext>) {
        router.get("/rates") { _, _ in
            Response.page(RatesPage.html(of: board.published(at: .now).table, board.controls))
        }
        router.get("/_sandbox/rates") { _, _ in current }
        router.put("/_sandbox/rates") { request, _ in
            let body = try await request.body.collect(upTo: 16 * 1024)
            do {
                board.set(try JSONDecoder().decode(RateControls.self, from: Data(body.readableBytesView)))
            } catch let error as FaultError {
                return Self.refusal(error.message)
            } catch {
                return Self.refusal("send JSON with some of age_days, jump, break (xml, json, half, 500) and negative")
            }
            return current
        }
        router.post("/_sandbox/rates") { request, _ in
            let form = (try? FormParser.parse(String(buffer: try await request.body.collect(upTo: 4096)))) ?? [:]
            do throws(FaultError) {
                board.set(try RateControls(form: form))
            } catch {
                return Self.refusal(error.message)
            }
            return Response(status: .seeOther, headers: [.location: "/rates"])
        }
        router.delete("/_sandbox/rates") { _, _ in
            board.set(RateControls())
            return current
        }
    }

    private var current: Response {
        let body = (try? JSONEncoder().encode(board.controls)) ?? Data()
        return .text(String(decoding: body, as: UTF8.self), type: "application/json")
    }

    private static func refusal(_ message: String) -> Response {
        .json(StripeError.invalidRequest(code: nil, message: "Rates: \(message).").body, status: .badRequest)
    }
}
