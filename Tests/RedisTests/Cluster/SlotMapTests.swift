import Testing

@testable import Redis

@Suite("The slot map is what the nodes say")
struct SlotMapTests {
    private let asked = Endpoint.tcp(host: "asked", port: 1)
    private let a = Endpoint.tcp(host: "a", port: 1)
    private let b = Endpoint.tcp(host: "b", port: 2)
    private let c = Endpoint.tcp(host: "c", port: 3)

    private func node(_ host: String?, _ port: Int) -> RedisValue {
        .array([
            host.map { .string(Array($0.utf8)) } ?? .null, .integer(Int64(port)), .string(Array("id".utf8)), .array([]),
        ])
    }

    private func range(_ first: Int, _ last: Int, _ nodes: RedisValue...) -> RedisValue {
        .array([.integer(Int64(first)), .integer(Int64(last))] + nodes)
    }

    @Test("ranges, masters and replicas are read; slots without a range belong to nobody")
    func reads() throws {
        let map = try SlotMap(
            .array([
                range(0, 99, node("a", 1), node("c", 3)), range(200, 16383, node("b", 2)),
                range(100, 100, node("a", 1), node("c", 3)),
            ]
            ),
            saidBy: asked)
        #expect(map.masters == [a, b])
        #expect(map.replicas == [c])
        #expect([0, 99, 100, 101, 199, 200, 16383].map { map.owner(of: $0) } == [a, a, a, nil, nil, b, b])
    }

    @Test("a host left out is the node that answered; one that is unknown has no slots")
    func hosts() throws {
        let map = try SlotMap(
            .array([range(0, 0, node("", 7)), range(1, 1, node(nil, 8)), range(2, 2, node("?", 9))]), saidBy: asked)
        #expect(map.owner(of: 0) == .tcp(host: "asked", port: 7))
        #expect(map.owner(of: 1) == .tcp(host: "asked", port: 8))
        #expect(map.owner(of: 2) == nil)
    }

    @Test(
        "an error, nothing, and nonsense are no map",
        arguments: [
            RedisValue.error("ERR This instance has cluster support disabled"), .array([]), .null,
            .array([.integer(1)]),
            .array([.array([.integer(0), .integer(16384), .array([])])]),
            .array([.array([.integer(5), .integer(4), .array([])])]),
            .array([.array([.integer(0), .integer(4)])]),
        ])
    func refused(value: RedisValue) {
        let error = #expect(throws: RedisError.self) { try SlotMap(value, saidBy: asked) }
        #expect(error?.message.contains("asked:1") == true)
    }

    @Test("a slot that moved is looked for at its new place, the others stay; a replica that took over is a master")
    func moves() throws {
        var map = try SlotMap(.array([range(0, 16383, node("a", 1), node("c", 3))]), saidBy: asked)
        map.moved(7, to: b)
        map.moved(8, to: c)
        map.moved(16384, to: c)
        map.moved(-1, to: c)
        #expect([6, 7, 8, 9].map { map.owner(of: $0) } == [a, b, c, a])
        #expect(map.masters == [a, b, c])
        #expect(map.replicas == [])
    }
}
