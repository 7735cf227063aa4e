import Domain
import HTTPTypes
import Postgres
import TestSupport
import Testing

@testable import API

@Suite("Every list refuses what is no cursor of its own", .database(migrations: try Shop.migrations()))
struct CursorTests {
    private static let lists = [
        "/products", "/products?sort=name", "/products?sort=price", "/products?search=anvil", "/orders", "/admin/jobs",
        "/admin/jobs?state=dead",
        "/admin/disputes", "/admin/disputes?open=true", "/admin/reconciliation", "/admin/reconciliation?status=open",
        "/admin/emails",
        "/admin/webhook-events", "/admin/webhook-events?state=waiting",
    ]

    /// Well formed, for no list there is; then for lists there are, with values that do not fit them.
    private static var forged: [String] {
        let id = Product.ID().description
        let values: [[ListCursor.Value]] = [
            [.text(id)], [.number(.max), .text(id)], [.number(.min), .text("x")], [.text("x"), .text(id)], [.number(1)],
            [.text("x")],
            [.number(253_402_300_800_000_000), .text("du_1")], [.number(-1), .text("du_1")],
            [.number(253_402_300_799_999_999), .text("du_1")],
        ]
        let lists: [ListCursor.List] =
            [.init("nothing"), .init("orders"), .init("disputes", [nil]), .init("breaks", [nil, nil])]
            + ["newest", "name", "price"].map { .init("products:\($0)", [nil, nil, nil]) }
            + [.init("jobs", [nil, nil, nil, nil, nil, nil]), .init("jobs", ["dead", nil, nil, nil, nil, nil])]
        return lists.flatMap { list in values.map { ListCursor($0, of: list).description } }
    }

    @Test("a list refuses a cursor that is garbage", arguments: lists)
    func refusesGarbage(_ path: String) async throws {
        try await Shop.open { shop in
            let staff = try await shop.register(role: .operator).accessToken
            let separator = path.contains("?") ? "&" : "?"
            let texts = [
                "garbage", "", "1", "%00", "%27%20OR%201=1", "%F0%9F%98%80", Product.ID().description, "redis:email",
                String(repeating: "A", count: 501), String(repeating: "A", count: 5_000),
            ]
            for cursor in texts {
                let answer = try await shop.send(.get, "\(path)\(separator)cursor=\(cursor)", token: staff)
                #expect(answer.status == 422, "\(path) \(cursor.prefix(40))")
                #expect(answer.problem == "invalid_cursor")
                #expect(answer.fieldErrors == ["cursor:invalid_format"])
            }
            for cursor in Self.forged {
                let answer = try await shop.send(.get, "\(path)\(separator)cursor=\(cursor)", token: staff)
                #expect(answer.status == 200 || answer.problem == "invalid_cursor", "\(path): \(answer.status)")
            }
            #expect(try await shop.send(.get, "\(path)\(separator)cursor=garbage&limit=0", token: staff).status == 422)
        }
    }

    @Test("a list refuses the cursor of another list")
    func refusesTheCursorOfAnotherList() async throws {
        try await Shop.open { shop in
            let staff = try await shop.register(role: .operator).accessToken
            for name in ["Anvil", "Bellows"] { _ = try await shop.addProduct(name: name) }
            let cursor = try await shop.send(.get, "/products?limit=1").text("next_cursor")
            #expect(try await shop.send(.get, "/products?limit=1&cursor=\(cursor)").status == 200)
            // The page may have another size and show another currency.
            #expect(try await shop.send(.get, "/products?limit=7&currency=USD&cursor=\(cursor)").status == 200)
            for path in Self.lists.dropFirst() + ["/products?in_stock=true", "/products?category=tools"] {
                let answer = try await shop.send(
                    .get, "\(path)\(path.contains("?") ? "&" : "?")cursor=\(cursor)", token: staff)
                #expect(answer.problem == "invalid_cursor", "\(path)")
            }
            for body in [
                #"{"state": "dead", "cursor": "\#(cursor)"}"#, #"{"state": "dead", "cursor": "garbage"}"#,
                #"{"state": "dead", "cursor": ""}"#,
            ] {
                let answer = try await shop.send(.post, "/admin/dead-letters/retry", body, token: staff)
                #expect(answer.status == 422)
                #expect(answer.problem == "invalid_cursor")
            }
        }
    }
}
