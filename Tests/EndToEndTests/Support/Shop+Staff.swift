import Foundation
import OutboundHTTP
import Postgres
import TestSupport

extension Shop {
    private struct Session: Decodable {
        let access_token: String
    }

    /// Makes an operator, and returns the access token of their session.
    func makeOperator() async throws -> String {
        let answer = try await http.send(
            OutboundRequest(
                method: "POST", url: api + "/api/v1/auth/register", headers: ["Content-Type": "application/json"],
                body: Array(
                    #"{"email": "grace@example.com", "password": "correct horse battery", "name": "Grace Hopper"}"#.utf8
                )))
        guard answer.status == 201 else {
            throw Failed(what: "no operator: \(String(decoding: answer.body, as: UTF8.self))")
        }
        try await database.pool.execute("UPDATE users SET role = 'operator' WHERE email = 'grace@example.com'")
        return try JSONDecoder().decode(Session.self, from: Data(answer.body)).access_token
    }

    /// Asks for money of an order to go back: so much, in US cents, or all that is left.
    func refund(
        _ order: String, amount: Int? = nil, currency: String = "USD", key: String = UUID().uuidString, by token: String
    )
        async throws -> Answer
    {
        let body = amount.map { #"{"amount": {"amount": \#($0), "currency": "\#(currency)"}}"# } ?? "{}"
        return try await send(
            OutboundRequest(
                method: "POST", url: api + "/api/v1/admin/orders/\(order)/refunds",
                headers: [
                    "Content-Type": "application/json", "Authorization": "Bearer \(token)", "Idempotency-Key": key,
                ],
                body: Array(body.utf8), timeout: .seconds(45)))
    }
}
