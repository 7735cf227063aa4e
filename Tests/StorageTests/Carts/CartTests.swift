import Domain
import Postgres
import Storage
import Testing

@Suite("A cart belongs to one owner and survives login")
struct CartTests {
    @Test("adding sums and caps, setting and removing ask for what is there")
    func editing() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let guest = CartOwner.newGuest()
            #expect(try await shop.carts.cart(of: guest) == nil)
            _ = try await shop.carts.add(Quantity(2), of: pen.id, for: guest)
            let cart = try await shop.carts.add(Quantity(3), of: pen.id, for: guest)
            #expect(cart.items.map(\.quantity.rawValue) == [5])
            #expect(cart.items.map(\.isInStock) == [true])
            #expect(cart.subtotal == Money(9995, .usd))
            #expect(
                try await shop.carts.add(Quantity(999), of: pen.id, for: guest).items.map(\.quantity.rawValue) == [999])
            let set = try await shop.carts.set(.one, of: pen.id, for: guest)
            #expect(set.subtotal == Money(1999, .usd))
            let nothing = Product.ID()
            await #expect(throws: StorageError.unknownProduct([nothing])) {
                try await shop.carts.add(.one, of: nothing, for: guest)
            }
            await #expect(throws: StorageError.notFound("cart item")) {
                try await shop.carts.set(.one, of: Product.ID(), for: guest)
            }
            #expect(try await shop.carts.remove(pen.id, for: guest).items.isEmpty)
            await #expect(throws: StorageError.notFound("cart item")) {
                try await shop.carts.remove(pen.id, for: guest)
            }
            _ = try await shop.carts.add(.one, of: pen.id, for: guest)
            try await shop.carts.clear(for: guest)
            #expect(try await shop.carts.cart(of: guest)?.items.isEmpty == true)
        }
    }

    @Test("twenty first items at once make one cart")
    func firstItems() async throws {
        try await Shop.with(poolSize: 10) { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let guest = CartOwner.newGuest()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { _ = try await shop.carts.add(.one, of: pen.id, for: guest) } }
                try await group.waitForAll()
            }
            #expect(try await shop.count("SELECT count(*) FROM carts") == 1)
            #expect(try await shop.carts.cart(of: guest)?.items.map(\.quantity.rawValue) == [20])
        }
    }

    @Test("a cart takes a hundred products and no more")
    func full() async throws {
        try await Shop.with { shop in
            var seeds: [ProductSeed] = []
            for index in 0...100 {
                let product = Product(
                    sku: try SKU("P-\(index)"), name: "P", description: "", category: nil, basePrice: Money(1, .usd))
                seeds.append(ProductSeed(product: product, stock: 1))
            }
            try await shop.catalog.insertSeed(seeds)
            let guest = CartOwner.newGuest()
            for seed in seeds.prefix(100) { _ = try await shop.carts.add(.one, of: seed.product.id, for: guest) }
            await #expect(throws: StorageError.cartFull) {
                try await shop.carts.add(.one, of: seeds[100].product.id, for: guest)
            }
            #expect(try await shop.carts.add(.one, of: seeds[0].product.id, for: guest).items.count == 100)
        }
    }

    @Test("login merges: sums, capped; a locked cart keeps both")
    func merging() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let ink = try await shop.product("INK", stock: 5)
            let user = try await shop.accounts.register(
                email: EmailAddress("ada@example.com"), passwordHash: "hash", name: "Ada"
            ).id
            let token: [UInt8] = Array(repeating: 1, count: 32)
            #expect(try await shop.carts.merge(guest: token, into: user))
            _ = try await shop.carts.add(Quantity(600), of: pen.id, for: .guest(tokenHash: token))
            _ = try await shop.carts.add(.one, of: ink.id, for: .guest(tokenHash: token))
            _ = try await shop.carts.add(Quantity(600), of: pen.id, for: .user(user))
            #expect(try await shop.carts.merge(guest: token, into: user))
            let merged = try #require(try await shop.carts.cart(of: .user(user)))
            #expect(Set(merged.items.map(\.quantity.rawValue)) == [999, 1])
            #expect(try await shop.carts.cart(of: .guest(tokenHash: token)) == nil)

            _ = try await shop.carts.add(.one, of: ink.id, for: .guest(tokenHash: token))
            _ = try await shop.place(shop.checkout(of: .user(user), key: "a"))
            #expect(try await shop.carts.merge(guest: token, into: user) == false)
            #expect(try await shop.carts.cart(of: .guest(tokenHash: token))?.items.count == 1)
        }
    }
}
