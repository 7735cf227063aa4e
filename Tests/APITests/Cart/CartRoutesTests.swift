import Domain
import HTTPTypes
import JSON
import Postgres
import TestSupport
import Testing

@testable import API

@Suite("A guest's cart is found again and comes along at login", .database(migrations: try Shop.migrations()))
struct CartRoutesTests {
    private static func line(_ product: Product, _ quantity: String = "1") -> String {
        #"{"product_id": "\#(product.id)", "quantity": \#(quantity)}"#
    }

    @Test("the first item of a guest brings a cart token")
    func givesOutATokenWithTheFirstItem() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct(price: 1000)
            let empty = try await shop.send(.get, "/cart")
            #expect(empty.status == 200)
            #expect(empty["items"] == .array([]))
            #expect(empty.headers[.cartToken] == nil)

            let first = try await shop.send(.post, "/cart/items", Self.line(anvil, "2"))
            #expect(first.status == 200)
            let token = try #require(first.headers[.cartToken])
            #expect(first["subtotal", "amount"] == .integer(2000))

            let headers: HTTPFields = [.cartToken: token]
            let second = try await shop.send(.post, "/cart/items", Self.line(anvil), headers: headers)
            #expect(second.headers[.cartToken] == nil)
            #expect(second["items", "0", "quantity"] == .integer(3))
            let changed = try await shop.send(.patch, "/cart/items/\(anvil.id)", #"{"quantity": 5}"#, headers: headers)
            #expect(changed["subtotal", "amount"] == .integer(5000))
            let removed = try await shop.send(.delete, "/cart/items/\(anvil.id)", headers: headers)
            #expect(removed["items"] == .array([]))
            #expect(try await shop.send(.delete, "/cart/items/\(anvil.id)", headers: headers).status == 404)
            #expect(try await shop.send(.delete, "/cart", headers: headers).status == 204)
        }
    }

    @Test("carts of different buyers stay apart")
    func keepsCartsApart() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let mine = try await shop.send(.post, "/cart/items", Self.line(anvil))
            let other = try await shop.send(.post, "/cart/items", Self.line(anvil, "7"))
            #expect(mine.headers[.cartToken] != other.headers[.cartToken])
            let token = try #require(mine.headers[.cartToken])
            #expect(
                try await shop.send(.get, "/cart", headers: [.cartToken: token])["items", "0", "quantity"]
                    == .integer(1))
            #expect(
                try await shop.send(.get, "/cart", headers: [.cartToken: RandomToken.make()])["items"] == .array([]))
            #expect(try await shop.send(.get, "/cart", headers: [.cartToken: "1 OR 1=1"]).problem == "bad_request")
        }
    }

    @Test("a guest's cart is merged into the account's at login")
    func mergesAtLogin() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let rope = try await shop.addProduct(name: "Rope")
            let member = try await shop.register()
            _ = try await shop.send(.post, "/cart/items", Self.line(anvil, "2"), token: member.accessToken)
            let guest = try await shop.send(.post, "/cart/items", Self.line(anvil, "3"))
            let token = try #require(guest.headers[.cartToken])
            _ = try await shop.send(.post, "/cart/items", Self.line(rope), headers: [.cartToken: token])

            let body = #"{"email": "\#(member.email)", "password": "\#(Member.password)"}"#
            let login = try await shop.send(.post, "/auth/login", body, headers: [.cartToken: token])
            #expect(login["cart_merged"] == .bool(true))
            let cart = try await shop.send(.get, "/cart", token: try login.text("access_token"))
            guard case .array(let items)? = cart["items"] else {
                Issue.record("no items")
                return
            }
            #expect(items.count == 2)
            #expect(cart["items", "0", "quantity"] == .integer(5))
            #expect(try await shop.send(.get, "/cart", headers: [.cartToken: token])["items"] == .array([]))
        }
    }

    @Test(
        "a quantity that is no quantity is refused",
        arguments: ["0", "-1", "1.5", "1e9", "1000", "9223372036854775808", #""1""#, "null", "true", "[1]"])
    func refusesQuantity(_ quantity: String) async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let answer = try await shop.send(.post, "/cart/items", Self.line(anvil, quantity))
            #expect(answer.status == 422)
            #expect(answer.problem == "validation_failed")
            #expect(answer.fieldErrors.count == 1)
            #expect(answer.fieldErrors.first?.hasPrefix("quantity:") == true)
        }
    }

    @Test("an item is added once per idempotency key")
    func addsOncePerIdempotencyKey() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let member = try await shop.register()
            let first = try await shop.send(.post, "/cart/items", Self.line(anvil))
            let token = try #require(first.headers[.cartToken])
            for owner in [(access: member.accessToken, cart: nil), (nil, token)] as [(access: String?, cart: String?)] {
                func add(_ quantity: String, key: String) async throws -> Answer {
                    var headers: HTTPFields = [.idempotencyKey: key]
                    if let cart = owner.cart { headers[.cartToken] = cart }
                    return try await shop.send(
                        .post, "/cart/items", Self.line(anvil, quantity), token: owner.access, headers: headers)
                }
                let before: Int64 = owner.cart == nil ? 0 : 1
                let added = try await add("2", key: "same")
                #expect(added.status == 200 && added.headers[.idempotentReplayed] == nil)
                #expect(added["items", "0", "quantity"] == .integer(before + 2))
                for literal in ["2", "2.0"] {
                    let again = try await add(literal, key: "same")
                    #expect(again.status == 200)
                    #expect(again.headers[.idempotentReplayed] == "true")
                    #expect(again["items", "0", "quantity"] == .integer(before + 2))
                }
                #expect(try await add("3", key: "same").problem == "idempotency_key_reused")
                #expect(try await add("3", key: "two words").problem == "idempotency_key_invalid")
                #expect(try await add("3", key: "other")["items", "0", "quantity"] == .integer(before + 5))
                let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<8 { group.addTask { try await add("1", key: "many").status } }
                    return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
                }
                #expect(answers == [200])
                #expect(try await add("1", key: "many")["items", "0", "quantity"] == .integer(before + 6))
            }
            // What the guest put in came along at login; the client repeats it with the account.
            let body = #"{"email": "\#(member.email)", "password": "\#(Member.password)"}"#
            let late = try await shop.send(
                .post, "/cart/items", Self.line(anvil), headers: [.cartToken: token, .idempotencyKey: "across"])
            #expect(late["items", "0", "quantity"] == .integer(8))
            #expect(
                try await shop.send(.post, "/auth/login", body, headers: [.cartToken: token])["cart_merged"]
                    == .bool(true))
            let again = try await shop.send(
                .post, "/cart/items", Self.line(anvil), token: member.accessToken, headers: [.idempotencyKey: "across"])
            #expect(again["items", "0", "quantity"] == .integer(14))
            // A refused request leaves its key free.
            let ghost = #"{"product_id": "0197f0c4-0000-7000-8000-0000000000ff", "quantity": 1}"#
            for _ in 0..<2 {
                let refused = try await shop.send(
                    .post, "/cart/items", ghost, token: member.accessToken, headers: [.idempotencyKey: "ghost"])
                #expect(refused.fieldErrors == ["product_id:not_found"])
            }
            // Orders have keys of their own.
            let order = try await shop.send(
                .post, "/orders", Shop.order(email: nil), token: member.accessToken, headers: [.idempotencyKey: "same"])
            #expect(order.status == 202)
        }
    }

    @Test("a cart says how many pieces are available")
    func saysHowManyPiecesThereAre() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct(stock: 3)
            let cart = try await shop.send(.post, "/cart/items", Self.line(anvil, "3"))
            #expect(cart["items", "0", "available"] == .integer(3))
            #expect(cart["items", "0", "in_stock"] == .bool(true))
            let token = try #require(cart.headers[.cartToken])
            let more = try await shop.send(.post, "/cart/items", Self.line(anvil, "1"), headers: [.cartToken: token])
            #expect(more["items", "0", "available"] == .integer(3))
            #expect(more["items", "0", "in_stock"] == .bool(false))
            try await shop.database.execute("UPDATE products SET is_active = false WHERE id = \(anvil.id)")
            #expect(
                try await shop.send(.get, "/cart", headers: [.cartToken: token])["items", "0", "available"]
                    == .integer(0))
        }
    }

    @Test("an unknown product is refused")
    func refusesUnknownProducts() async throws {
        try await Shop.open { shop in
            let sku = try #require(SKU(rawValue: "GHOST"))
            let ghost = Product(sku: sku, name: "", description: "", category: nil, basePrice: .zero(.usd))
            let answer = try await shop.send(.post, "/cart/items", Self.line(ghost))
            #expect(answer.status == 422)
            #expect(answer.fieldErrors == ["product_id:not_found"])
        }
    }
}
