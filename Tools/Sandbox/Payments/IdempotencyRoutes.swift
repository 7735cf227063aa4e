import Hummingbird
import JSON

/// `DELETE /_sandbox/idempotency` forgets every answer kept under an idempotency key (`?key=`: under that one), as the
/// provider does after a day: the same call under the same key then runs again.
struct IdempotencyRoutes: Sendable {
    let desk: PaymentService

    func add(to router: Router<SandboxContext>) {
        router.delete("/_sandbox/idempotency") { request, _ in
            let forgotten = try await desk.forgetAnswers(under: request.uri.queryParameters["key"].map(String.init))
            return Response.json(.object([("forgotten", .integer(Int64(forgotten)))]))
        }
    }
}
