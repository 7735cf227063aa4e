import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON

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
