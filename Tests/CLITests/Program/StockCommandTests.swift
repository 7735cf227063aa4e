import Domain
import Foundation
import JobQueue
import Postgres
import Storage
import TestSupport
import Testing

@Suite(
    "Operators look after stock at the command line",
    .database(migrations: [try JobQueueMigrations.set(), try ShopMigrations.set()]))
struct StockCommandTests {
    /// A product of its own with this stock, as the seed makes it.
    private func product(_ name: String, stock: Int) async throws -> String {
        let sku = "\(name)-\(UUID().uuidString.prefix(8).uppercased())"
        let product = Product(
            sku: try SKU(sku), name: "A \(name)", description: "",
            category: Domain.Category(slug: "pens", name: "Pens"), basePrice: Money(100, .usd))
        _ = try await CatalogStore(database: try TestDatabase.current.pool).insertSeed([
            ProductSeed(product: product, stock: stock)
        ])
        return sku
    }

    @Test("goods are received once, counted and corrected, and the history tells it")
    func changes() async throws {
        let program = try Program.forCurrentDatabase()
        let (pen, ink) = (try await product("PEN", stock: 3), try await product("INK", stock: 9))
        let delivery = [
            "stock", "receive", "\(pen)=20", "\(ink)=1", "--reference", "DN 7", "--note", "Two boxes.", "--key", pen,
        ]
        let received = try await program.run(delivery)
        #expect(received.status == .code(0), "\(received.output)")
        #expect(received.output.contains(pen) && received.output.contains("23"), "\(received.output)")
        let again = try await program.run(delivery)
        #expect(again.status == .code(0) && again.output.contains("was made before"), "\(again.output)")
        let reused = try await program.run("stock", "receive", "\(pen)=21", "--key", pen)
        #expect(reused.status == .code(1) && reused.output.contains("new --key"))
        let set = try await program.run("stock", "set", "\(pen)=22", "--json").json()
        let item = try #require((set["items"] as? [[String: Any]])?.first)
        #expect((item["stock"] as? [String: Any])?["on_hand"] as? Int == 22)
        #expect((item["change"] as? [String: Any])?["reason"] as? String == "counted")
        #expect(try await program.run("stock", "correct", "\(pen)=-2", "--reason", "damaged").status == .code(0))

        let history = try await program.run("stock", "history", pen, "--json").json()
        let items = try #require(history["items"] as? [[String: Any]])
        #expect(items.map { $0["reason"] as? String } == ["damaged", "counted", "received", "opening"])
        #expect(items.map { $0["on_hand_after"] as? Int } == [20, 22, 23, 3])
        #expect((items[0]["actor"] as? String)?.hasPrefix("system:cli:") == true)
        let table = try await program.run("stock", "history", pen)
        #expect(table.output.contains("DN 7") && table.output.contains("Two boxes."), "\(table.output)")
        let shown = try await program.run("stock", "show", pen)
        #expect(shown.output.contains("20") && shown.output.contains("5, the shop's"), "\(shown.output)")
    }

    @Test("nothing is changed when a line cannot be, and each such line is named")
    func refused() async throws {
        let program = try Program.forCurrentDatabase()
        let pen = try await product("PEN", stock: 3)
        let refused = try await program.run("stock", "correct", "\(pen)=-4", "NONE-1=1", "--reason", "correction")
        #expect(refused.status == .code(1))
        for part in ["2 lines cannot be carried out", "no unit NONE-1", "Of \(pen), 3 are in the house"] {
            #expect(refused.output.contains(part), "\(refused.output)")
        }
        let shown = try await program.run("stock", "show", pen, "--json").json()
        #expect(shown["on_hand"] as? Int == 3 && shown["taken_since_change"] as? Int == 0)
        for unknown in [["show", "NONE"], ["history", "NONE"]] {
            #expect(try await program.run(["stock"] + unknown).status == .code(1), "\(unknown)")
        }
    }

    @Test("low units are listed, by the shop's threshold or their own, and the doctor warns of them")
    func low() async throws {
        var program = try Program.forCurrentDatabase()
        let pen = try await product("PEN", stock: 8)
        #expect(try await !program.run("stock", "low").output.contains(pen))
        program.environment["STOCK_LOW_THRESHOLD"] = "8"
        #expect(try await program.run("stock", "low").output.contains(pen))
        #expect(try await program.run("stock", "list", "--low", "--search", pen).output.contains(pen))
        let doctor = try await program.run("doctor")
        #expect(doctor.output.contains("stock.low: "), "\(doctor.output)")
        #expect(doctor.output.contains("cartwright stock low"), "\(doctor.output)")
        let own = try await program.run("stock", "threshold", pen, "--at", "7")
        #expect(own.status == .code(0), "\(own.output)")
        #expect(try await !program.run("stock", "low").output.contains(pen))
        #expect(try await program.run("stock", "show", pen).output.contains("7, its own"))
        #expect(try await program.run("stock", "threshold", pen, "--at", "shop").status == .code(0))
        #expect(try await program.run("stock", "low").output.contains(pen))
        let page = try await program.run("stock", "list", "--limit", "1", "--json").json()
        #expect((page["items"] as? [[String: Any]])?.count == 1)
    }

    @Test(
        "wrong usage is told before anything is changed",
        arguments: [
            ["receive"], ["receive", "PEN"], ["receive", "PEN=0"], ["receive", "PEN=-1"], ["receive", "PEN=x"],
            ["receive", "pen=1"], ["receive", "PEN=1", "PEN=2"], ["receive", "PEN=100000001"],
            ["receive", "PEN=99999999999999999999"], ["receive", "PEN=1", "--note", ""],
            ["receive", "PEN=1", "--note", "4242 4242 4242 4242"], ["receive", "PEN=1", "--reference", "<b>"],
            ["receive", "PEN=1", "--key", ""], ["set", "PEN=-1"], ["set", "PEN=1", "--reason", "received"],
            ["correct", "PEN=1", "--reason", "damaged"], ["correct", "PEN=0"],
            ["correct", "PEN=1", "--reason", "refund"],
            ["threshold", "PEN", "--at", "-1"], ["threshold", "PEN", "--at", "many"], ["threshold", "PEN"],
            ["list", "--limit", "0"], ["low", "--limit", "101"], ["show", "pen"], ["history", ""],
        ])
    func wrong(arguments: [String]) async throws {
        let program = try Program.forCurrentDatabase()
        let run = try await program.run(["stock"] + arguments)
        #expect(run.status == .code(64), "\(arguments): \(run.output)")
    }
}
