import Domain
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("The catalogue can be read, kept and asked for again", .database(migrations: try Shop.migrations()))
struct CatalogRoutesTests {
    @Test("a product is shown with a tag that spares the next answer")
    func showsAProductAndKnowsItAgain() async throws {
        try await Shop.open { shop in
            let product = try await shop.addProduct(price: 1999, stock: 3)
            let answer = try await shop.send(.get, "/products/\(product.id)")
            #expect(answer.status == 200)
            #expect(answer["price"] == .object(["amount": .integer(1999), "currency": .string("USD")]))
            #expect(answer["in_stock"] == .bool(true))
            #expect(answer.headers[.cacheControl]?.hasPrefix("public") == true)
            let tag = try #require(answer.headers[.eTag])
            #expect(tag.hasPrefix("\""))
            for match in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let again = try await shop.send(.get, "/products/\(product.id)", headers: [.ifNoneMatch: match])
                #expect(again.status == 304)
                #expect(again.body.isEmpty)
                #expect(again.headers[.eTag] == tag)
            }
            #expect(
                try await shop.send(.get, "/products/\(product.id)", headers: [.ifNoneMatch: "\"other\""]).status == 200
            )
        }
    }

    @Test("the second read comes from the cache")
    func servesTheSecondReadFromTheCache() async throws {
        try await Shop.open { shop in
            let product = try await shop.addProduct(name: "Before")
            // A read goes past the cache while Redis is still being connected to; an invalidation waits for it or
            // fails.
            try await eventually("Redis is there") {
                (try? await shop.services.products.invalidate([product.id])) != nil
            }
            _ = try await shop.send(.get, "/products/\(product.id)")
            // Behind the cache's back: only an invalidation makes this visible.
            try await shop.database.execute("UPDATE products SET name = 'After' WHERE id = \(product.id)")
            #expect(try await shop.send(.get, "/products/\(product.id)")["name"] == .string("Before"))
            try await shop.services.products.invalidate([product.id])
            #expect(try await shop.send(.get, "/products/\(product.id)")["name"] == .string("After"))
        }
    }

    @Test("pages show each product once")
    func pagesThroughEverythingOnce() async throws {
        try await Shop.open { shop in
            var expected: Set<String> = []
            for index in 0..<7 {
                expected.insert(try await shop.addProduct(name: "Paged widget \(index)").id.description)
            }
            var seen: [String] = []
            var cursor: String?
            repeat {
                let next = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await shop.send(.get, "/products?search=paged%20widget&limit=3&sort=name\(next)")
                #expect(page.status == 200)
                guard case .array(let items)? = page["items"] else { break }
                #expect(items.count <= 3)
                for item in items {
                    if case .object(let fields) = item, case .string(let id)? = fields["id"] { seen.append(id) }
                }
                if case .string(let next)? = page["next_cursor"] { cursor = next } else { cursor = nil }
            } while cursor != nil && seen.count < 20
            #expect(seen.count == 7)
            #expect(Set(seen) == expected)
        }
    }

    @Test("unknown parameters are refused")
    func refusesParametersItDoesNotKnow() async throws {
        try await Shop.open { shop in
            let answer = try await shop.send(.get, "/products?limit=0&sort=random&currency=XXQ&in_stock=maybe&page=2")
            #expect(answer.status == 422)
            #expect(
                answer.fieldErrors == [
                    "limit:out_of_range", "sort:invalid_format", "currency:invalid_format", "in_stock:invalid_format",
                    "page:unknown_field",
                ])
            #expect(try await shop.send(.get, "/products?limit=1&limit=2").fieldErrors == ["limit:not_allowed"])
            let empty = try await shop.send(.get, "/products?limit=&currency=&in_stock=&search=")
            #expect(empty.fieldErrors == ["limit:out_of_range", "currency:invalid_format", "in_stock:invalid_format"])
            #expect(try await shop.send(.get, "/products?search=%00").fieldErrors == ["search:invalid_character"])
        }
    }

    @Test("an unknown product is not found")
    func doesNotFindWhatIsNotThere() async throws {
        try await Shop.open { shop in
            for id in ["0197f0c4-0000-7000-8000-0000000000ff", "1", "%27%20OR%201=1", "..%2F..%2Fetc"] {
                let answer = try await shop.send(.get, "/products/\(id)")
                #expect(answer.status == 404)
                #expect(answer.problem == "not_found")
            }
        }
    }

    @Test("categories are listed")
    func listsCategories() async throws {
        try await Shop.open { shop in
            _ = try await shop.addProduct()
            let answer = try await shop.send(.get, "/categories")
            #expect(answer.status == 200)
            #expect(answer["items", "0", "slug"] == .string("tools"))
            #expect(answer.headers[.eTag] != nil)
        }
    }
}
