import Domain
import PropertySupport
import Testing

@Suite("Walks through the tables end where they should")
struct MachineProperties {
    /// A walk of allowed transitions.
    private static func walk<Status: Hashable & RawRepresentable<String>>(
        _ table: [Status: Set<Status>], from start: Status, _ turns: [Int]
    ) -> [Status] {
        turns.reduce(into: [start]) { path, turn in
            guard let here = path.last, let next = table[here]?.sorted(by: { $0.rawValue < $1.rawValue }), !next.isEmpty
            else { return }
            path.append(next[turn % next.count])
        }
    }

    private static let turns = Gen<Int>.int(0...11).list(0...30)

    @Test("orders end where they should")
    func orders() {
        property("an order sells no stock twice: once it is over, or paid for, it never waits again", Self.turns) {
            turns in
            let path = Self.walk(OrderStatus.transitions, from: .pending, turns)
            guard let end = path.firstIndex(where: { !$0.isOpen }) else { return }
            try demand(path[end...].allSatisfy { !$0.isOpen }, "\(path)")
            if path.contains(.confirmed) { try demand(path.contains(.reserved), "\(path)") }
            if [.rejected, .expired].contains(path[end]) { try demandEqual(path.count, end + 1) }
        }
    }

    @Test("payments end where they should")
    func payments() {
        property("a payment that moved money never unlearns it", Self.turns) { turns in
            let path = Self.walk(PaymentStatus.transitions, from: .created, turns)
            guard let moved = path.firstIndex(where: { $0.rank >= PaymentStatus.captured.rank }) else { return }
            try demand(path[moved...].allSatisfy { $0.rank >= PaymentStatus.captured.rank }, "\(path)")
        }
    }

    @Test("emails end where they should")
    func emails() {
        property("an email that the provider may have is not sent again without somebody's word", Self.turns) { turns in
            let path = Self.walk(EmailDeliveryStatus.transitions, from: .pending, turns)
            for (here, next) in zip(path, path.dropFirst()) where here == .unknown {
                try demand(next != .sending, "\(path)")
            }
            if let sent = path.firstIndex(of: .sent) { try demandEqual(path.count, sent + 1) }
        }
    }
}
