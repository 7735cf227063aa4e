import ArgumentParser
import Foundation
import Logging
import OutboundHTTP

/// Confirmed orders per second through the whole system.
///
/// Method: a running API, worker and sandbox (`Scripts/bench-orders` starts them in release mode). Express orders of
/// one unit each, spread over the catalog, are sent by `--concurrency` clients with `Prefer: wait`, each sending its
/// next when its last is answered.
/// An order counts when its answer says 201 confirmed; see ``Round`` for the two rates. The provider's latency is set
/// at the sandbox before each round. Load generator, API, worker, sandbox, PostgreSQL and Redis share the machine.
@main
struct OrderThroughput: AsyncParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "OrderThroughput", abstract: "Confirmed orders per second through API, worker and sandbox.")

    @Option(help: "Base address of the API.") var api = "http://127.0.0.1:8080"
    @Option(help: "Base address of the sandbox.") var sandbox = "http://127.0.0.1:9090"
    @Option(help: "Latencies of the payment provider to measure, in milliseconds.") var latency: [Int] = [0, 300]
    @Option(help: "Orders per round.") var orders = 2_000
    @Option(help: "Clients at once.") var concurrency = 64
    @Option(help: "Rounds per latency; the median counts.") var rounds = 3
    @Option(help: "Database whose connections are watched meanwhile.") var watchDatabase: String?

    func run() async throws {
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let client = OutboundHTTPClient(
            configuration: OutboundConfiguration(maximumIdleConnections: concurrency), logger: logger)
        let watch = try watchDatabase.map { try DatabaseWatch(url: $0, logger: logger) }
        let products = try await productIDs(client)
        var results: [Int: [Round]] = [:]
        for _ in 1...rounds {
            for latency in latency {
                try await setLatency(latency, client)
                var (round, seen) = (Round(), DatabaseWatch.Seen?.none)
                if let watch {
                    (round, seen) = try await watch.during { await place(products, client) }
                } else {
                    round = await place(products, client)
                }
                report(round, at: latency, seen)
                results[latency, default: []].append(round)
            }
        }
        try await setLatency(0, client)
        for (latency, rounds) in results.sorted(by: { $0.key < $1.key }) {
            let median = { (rates: [Double]) in Int(rates.sorted()[rates.count / 2]) }
            print(
                "median with the provider at \(latency) ms: \(median(rounds.map(\.steadyRate))) confirmed orders/s,",
                "\(median(rounds.map(\.rate))) with start and end, \(concurrency) clients")
        }
        await watch?.close()
        await client.close()
    }

    private func report(_ round: Round, at latency: Int, _ seen: DatabaseWatch.Seen?) {
        print(
            "provider at \(latency) ms: \(Int(round.steadyRate)) confirmed orders/s, \(Int(round.rate)) with "
                + "start and end,",
            "p50 \(round.percentile(0.5)) ms, p99 \(round.percentile(0.99)) ms, \(round.other.count) not confirmed")
        if let first = round.other.first {
            print("note: \(round.other.count) answers were not 201, the first of them \(first)")
        }
        if let seen {
            print(
                "  the worker's connections in \(seen.looks) looks: at most \(seen.connections) open, at most "
                    + "\(seen.inTransaction) in a",
                "transaction, "
                    + "\(String(format: "%.1f", Double(seen.sumInTransaction) / Double(max(1, seen.looks)))) on "
                    + "average,",
                "the longest transaction \(Int(seen.longest)) ms")
        }
    }

    private func place(_ products: [String], _ client: OutboundHTTPClient) async -> Round {
        let tally = Tally(orders: orders)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<concurrency {
                group.addTask {
                    while let number = tally.next() {
                        let sent = ContinuousClock().now
                        tally.add(await order(products[number % products.count], client), sent: sent)
                    }
                }
            }
        }
        return tally.round
    }

    /// Places one order; the status of the answer, or 0 when there was none.
    private func order(_ product: String, _ client: OutboundHTTPClient) async -> Int {
        let body = """
            {"items": [{"product_id": "\(product)", "quantity": 1}], "payment_method": "pm_card_visa",
             "email": "bench@example.com",
             "shipping_address": {"name": "Bench Mark", "line1": "1 Main Street", "city": "Springfield",
                                  "postal_code": "12345", "country": "US"}}
            """
        let request = OutboundRequest(
            method: "POST", url: api + "/api/v1/orders",
            headers: ["Content-Type": "application/json", "Idempotency-Key": UUID().uuidString, "Prefer": "wait=30"],
            body: Array(body.utf8), timeout: .seconds(40))
        do {
            return try await client.send(request).status
        } catch {
            FileHandle.standardError.write(Data("no answer: \(error)\n".utf8))
            return 0
        }
    }

    private func productIDs(_ client: OutboundHTTPClient) async throws -> [String] {
        struct Page: Decodable {
            struct Item: Decodable { let id: String }
            let items: [Item]
            let nextCursor: String?
            enum CodingKeys: String, CodingKey {
                case items
                case nextCursor = "next_cursor"
            }
        }
        var ids: [String] = []
        var cursor: String?
        repeat {
            let query = "?limit=100&in_stock=true" + (cursor.map { "&cursor=\($0)" } ?? "")
            let answer = try await client.send(OutboundRequest(method: "GET", url: api + "/api/v1/products" + query))
            guard answer.status == 200 else {
                throw ValidationError("GET /products answered \(answer.status); is the API at \(api)?")
            }
            let page = try JSONDecoder().decode(Page.self, from: Data(answer.body))
            ids += page.items.map(\.id)
            cursor = page.nextCursor
        } while cursor != nil && ids.count < 2000
        guard !ids.isEmpty else { throw ValidationError("the catalog is empty; run `cartwright seed`") }
        return ids
    }

    private func setLatency(_ milliseconds: Int, _ client: OutboundHTTPClient) async throws {
        let answer = try await client.send(
            OutboundRequest(
                method: "PUT", url: sandbox + "/_sandbox/faults", headers: ["Content-Type": "application/json"],
                body: Array(#"{"latency_ms": \#(milliseconds), "faults": []}"#.utf8)))
        guard (200..<300).contains(answer.status) else {
            throw ValidationError("the sandbox at \(sandbox) answered \(answer.status)")
        }
    }
}
