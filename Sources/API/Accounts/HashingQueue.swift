/// Who waits for a password to be hashed, and whose turn is next. Takes turns between logins and registrations, and
/// within each between clients, so that one client's two hundred logins stand in front of each other alone.
struct HashingQueue {
    /// What a password is hashed for. Each has places of its own.
    enum Purpose: CaseIterable, Sendable {
        case login, registration
    }

    /// What became of a client that came.
    enum Arrival: Equatable {
        case waits
        /// Waits, and this one, the last of the client that had the most, lost its place for it.
        case displaces(Int)
        /// So many of this client wait already.
        case clientIsFull
        /// All who wait have as good a claim.
        case isFull
    }

    private struct Line {
        /// Clients that wait, in the order of their turns.
        var turns: [String] = []
        var waiting: [String: [Int]] = [:]
        var count = 0
    }

    private let capacity: Int
    private let perClient: Int
    private var lines: [Purpose: Line] = [:]
    private var places: [Int: (purpose: Purpose, client: String)] = [:]
    private var last: Purpose = .registration

    /// - Parameters:
    ///   - capacity: how many may wait for each purpose.
    ///   - perClient: how many of one client.
    init(capacity: Int, perClient: Int) {
        self.capacity = capacity
        self.perClient = perClient
    }

    var count: Int { places.count }

    mutating func add(_ ticket: Int, for purpose: Purpose, of client: String) -> Arrival {
        var line = lines[purpose, default: Line()]
        let own = line.waiting[client]?.count ?? 0
        guard own < perClient else { return .clientIsFull }
        var displaced: Int?
        if line.count >= capacity {
            guard let greediest = line.waiting.max(by: { $0.value.count < $1.value.count }),
                greediest.value.count > own + 1,
                let loser = greediest.value.last
            else { return .isFull }
            displaced = loser
        }
        if own == 0 { line.turns.append(client) }
        line.waiting[client, default: []].append(ticket)
        line.count += 1
        lines[purpose] = line
        places[ticket] = (purpose, client)
        guard let displaced else { return .waits }
        remove(displaced)
        return .displaces(displaced)
    }

    /// The next one, who waits no longer.
    mutating func next() -> Int? {
        let order: [Purpose] = last == .login ? [.registration, .login] : [.login, .registration]
        for purpose in order {
            guard var line = lines[purpose], let client = line.turns.first, var own = line.waiting[client],
                let ticket = own.first
            else {
                continue
            }
            line.turns.removeFirst()
            own.removeFirst()
            line.waiting[client] = own.isEmpty ? nil : own
            if !own.isEmpty { line.turns.append(client) }
            line.count -= 1
            lines[purpose] = line
            places[ticket] = nil
            last = purpose
            return ticket
        }
        return nil
    }

    /// A client does not want to wait any longer. `false` when it does not wait.
    @discardableResult
    mutating func remove(_ ticket: Int) -> Bool {
        guard let place = places.removeValue(forKey: ticket), var line = lines[place.purpose],
            var own = line.waiting[place.client]
        else {
            return false
        }
        own.removeAll { $0 == ticket }
        line.waiting[place.client] = own.isEmpty ? nil : own
        if own.isEmpty { line.turns.removeAll { $0 == place.client } }
        line.count -= 1
        lines[place.purpose] = line
        return true
    }
}
