import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Postgres
import Storage
import Testing

@testable import API

extension Shop {
    /// Sends a request to a path under `/api/v1`, or to an absolute one when it begins with `//`.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ json: String? = nil, token: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if json != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        if let token { headers[.authorization] = "Bearer \(token)" }
        let uri = path.hasPrefix("//") ? String(path.dropFirst()) : Route.base + path
        let response = try await client.execute(
            uri: uri, method: method, headers: headers, body: json.map { ByteBuffer(string: $0) })
        return Answer(status: response.status.code, headers: response.headers, body: Array(buffer: response.body))
    }

    /// A product with so many pieces in the house.
    func addProduct(name: String = "Anvil", price: Int64 = 1999, stock: Int = 100) async throws -> Product {
        let sku = try #require(SKU(rawValue: "T-" + UUID().uuidString.uppercased()))
        let product = Product(
            sku: sku, name: name, description: "Heavy", category: Category(slug: "tools", name: "Tools"),
            basePrice: Money(price, .usd))
        try await services.catalog.insertSeed([ProductSeed(product: product, stock: stock)])
        return product
    }

    /// A new account and the tokens of its first session.
    func register(role: Role = .customer, cartToken: String? = nil) async throws -> Member {
        let email = "u\(UUID().uuidString.lowercased())@shop.example"
        let hash = try await services.hasher.hash(
            Member.password, for: HashingClient(purpose: .registration, address: "test"))
        let address = try #require(EmailAddress(rawValue: email))
        let user = try await services.accounts.register(email: address, passwordHash: hash, name: "Ada", role: role)
        let answer = try await send(
            .post, "/auth/login", #"{"email": "\#(email)", "password": "\#(Member.password)"}"#,
            headers: cartToken.map { [.cartToken: $0] } ?? [:])
        return Member(
            id: user.id, email: email, accessToken: try answer.text("access_token"),
            refreshToken: try answer.text("refresh_token"))
    }

    /// Makes the use of a refresh token look as if it had been so long ago.
    func letPass(seconds: Double, since refreshToken: String) async throws {
        try await database.execute(
            """
            UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => \(seconds))
             WHERE hash = \(RandomToken.hash(refreshToken))
            """
        )
    }

    /// A body for `POST /orders`.
    static func order(_ extra: String = "", method: String = "pm_card_visa", email: String? = "guest@shop.example")
        -> String
    {
        let address =
            #"""
            {"name": "Ada Lovelace", "line1": "12 St James Square", "city": "London", "postal_code": "SW1Y 4LE", \#
            "country": "GB"}
            """#
        let email = email.map { #", "email": "\#($0)""# } ?? ""
        return
            #"""
            {"payment_method": "\#(method)", \#
            "shipping_address": \#(address)\#(email)\#(extra.isEmpty ? "" : ", " + extra)}
            """#
    }

    static func items(_ product: Product, _ quantity: Int = 1) -> String {
        #""items": [{"product_id": "\#(product.id)", "quantity": \#(quantity)}]"#
    }
}

/// Somebody who is logged in.
struct Member: Sendable {
    static let password = "correct horse battery"

    let id: User.ID
    let email: String
    let accessToken: String
    let refreshToken: String
}
