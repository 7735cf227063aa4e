import Testing

@testable import Redis

@Suite("The search for the slot map: one at a time, from node to node, and not again at once")
struct MapSearchTests {
    let start = ContinuousClock.now
    private let a = Endpoint.tcp(host: "a", port: 1)
    private let b = Endpoint.tcp(host: "b", port: 2)
    private let c = Endpoint.tcp(host: "c", port: 3)
    private let d = Endpoint.tcp(host: "d", port: 4)

    /// All nodes in the order in which they are asked when none answers.
    private func order(
        _ search: inout MapSearch, _ nodes: [[Endpoint]], suspect: Endpoint?, at now: ContinuousClock.Instant
    ) -> [Endpoint] {
        var order: [Endpoint] = []
        var next = search.begin(nodes, suspect: suspect, at: now)
        while let node = next {
            order.append(node)
            next = search.next(at: now)
        }
        return order
    }

    @Test("groups in order, each node once, the suspect last, another beginning each time")
    func orders() {
        var search = MapSearch()
        let nodes = [[a, b], [a, b, c], [], [d, a]]
        #expect(order(&search, nodes, suspect: nil, at: start) == [a, b, c, d])
        #expect(order(&search, nodes, suspect: nil, at: start + .seconds(1)) == [b, a, c, d])
        #expect(order(&search, nodes, suspect: a, at: start + .seconds(2)) == [b, c, d, a])
        #expect(order(&search, nodes, suspect: .unix(path: "x"), at: start + .seconds(3)) == [b, a, c, d])
    }

    @Test("while one is under way no other begins")
    func single() {
        var search = MapSearch()
        #expect(search.begin([[a, b]], suspect: nil, at: start) == a)
        #expect(search.begin([[a, b]], suspect: nil, at: start + .seconds(9)) == nil)
        #expect(search.next(at: start) == b)
        search.end(at: start)
        #expect(search.next(at: start) == nil, "an answer that comes too late changes nothing")
    }

    @Test("a map is fresh for a moment, and so is the knowledge that nobody has one")
    func freshness() {
        var search = MapSearch()
        _ = search.begin([[a]], suspect: nil, at: start)
        search.end(at: start)
        #expect(search.begin([[a]], suspect: nil, at: start + .milliseconds(19)) == nil)
        #expect(search.begin([[a]], suspect: nil, at: start + .milliseconds(20)) == a)
        #expect(search.next(at: start + .milliseconds(20)) == nil)
        #expect(search.begin([[a]], suspect: nil, at: start + .milliseconds(39)) == nil)
        #expect(search.begin([[a]], suspect: nil, at: start + .milliseconds(40)) == a)
    }

    @Test("with nobody to ask it ends at once")
    func nobody() {
        var search = MapSearch()
        #expect(search.begin([[], []], suspect: a, at: start) == nil)
        #expect(search.begin([[a]], suspect: nil, at: start) == a)
    }
}
