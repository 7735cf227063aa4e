import TestSupport
import Testing

@testable import API

@Suite("Logins queue up behind each other, within bounds")
struct PasswordHasherTests {
    private static func client(_ address: String = "192.0.2.1", _ purpose: HashingQueue.Purpose = .login)
        -> HashingClient
    {
        HashingClient(purpose: purpose, address: address)
    }

    @Test("a password verifies against its own hash")
    func verifiesWhatItHashed() async throws {
        let hasher = try PasswordHasher(cost: 4, threads: 2)
        defer { hasher.stop() }
        let hash = try await hasher.hash("correct horse", for: Self.client())
        #expect(try await hasher.verify("correct horse", against: hash, for: Self.client()))
        #expect(try await !hasher.verify("wrong horse", against: hash, for: Self.client()))
    }

    @Test("an unknown account is never let in")
    func neverLetsAnUnknownAccountIn() async throws {
        let hasher = try PasswordHasher(cost: 4, threads: 1)
        defer { hasher.stop() }
        #expect(try await !hasher.verify("anything", against: nil, for: Self.client()))
    }

    @Test("logins beyond the queue are refused")
    func refusesWhatDoesNotFitTheQueue() async throws {
        let hasher = try PasswordHasher(cost: 8, threads: 1, capacity: 4, perClient: 4)
        defer { hasher.stop() }
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<32 {
                group.addTask {
                    do {
                        _ = try await hasher.hash("correct horse", for: Self.client("192.0.2.\(number)"))
                        return true
                    } catch {
                        #expect((error as? Problem)?.code == "busy")
                        return false
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 }.count >= 4)
        #expect(outcomes.contains(false))
        // The places are free again.
        _ = try await hasher.hash("correct horse", for: Self.client())
    }

    @Test("one client's wrong logins stand in front of each other, not of anybody else")
    func fair() async throws {
        let hasher = try PasswordHasher(cost: 8, threads: 1, capacity: 128, perClient: 64)
        defer { hasher.stop() }
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<60 {
                group.addTask {
                    _ = try await hasher.verify("wrong", against: nil, for: Self.client("greedy"))
                    return "greedy"
                }
            }
            try await eventually("they wait") { hasher.waiting >= 59 }
            group.addTask {
                _ = try await hasher.verify("wrong", against: nil, for: Self.client("honest"))
                return "honest"
            }
            group.addTask {
                _ = try await hasher.hash("new", for: Self.client("new", .registration))
                return "new"
            }
            var before = 0
            var missing: Set = ["honest", "new"]
            while !missing.isEmpty, let name = try await group.next() {
                if name == "greedy" { before += 1 }
                missing.remove(name)
            }
            #expect(before < 30)
            group.cancelAll()
        }
    }

    @Test("one client has few places, and its next is told to come later")
    func perClient() async throws {
        let hasher = try PasswordHasher(cost: 8, threads: 1, capacity: 128, perClient: 3)
        defer { hasher.stop() }
        let codes = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        _ = try await hasher.verify("wrong", against: nil, for: Self.client())
                        return nil
                    } catch { return (error as? Problem)?.code ?? "\(error)" }
                }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(codes.contains("too_many_requests"))
        #expect(codes.allSatisfy { $0 == nil || $0 == "too_many_requests" })
    }

    @Test("who does not want to wait any longer leaves the queue, and is not hashed for")
    func leaving() async throws {
        let hasher = try PasswordHasher(cost: 10, threads: 1)
        defer { hasher.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await hasher.verify("wrong", against: nil, for: Self.client("first")) }
            let quitters = (0..<20).map { number in
                Task { try await hasher.verify("wrong", against: nil, for: Self.client("quitter \(number)")) }
            }
            try await eventually("they wait") { hasher.waiting >= 19 }
            for quitter in quitters { quitter.cancel() }
            try await eventually("they have left") { hasher.waiting == 0 }
            for quitter in quitters.dropFirst() { await #expect(throws: (any Error).self) { try await quitter.value } }
            // The places are free again.
            _ = try await hasher.verify("wrong", against: nil, for: Self.client("next"))
            try await group.waitForAll()
        }
    }
}

@Suite("Whoever waits for a password takes turns")
struct HashingQueueTests {
    @Test("clients take turns, and so do logins and registrations")
    func turns() {
        var queue = HashingQueue(capacity: 100, perClient: 100)
        for ticket in 0..<10 { #expect(queue.add(ticket, for: .login, of: "a") == .waits) }
        for ticket in 10..<12 { #expect(queue.add(ticket, for: .login, of: "b") == .waits) }
        for ticket in 20..<22 { #expect(queue.add(ticket, for: .registration, of: "a") == .waits) }
        var order: [Int] = []
        while let next = queue.next() { order.append(next) }
        #expect(order == [0, 20, 10, 21, 1, 11, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(queue.count == 0)
    }

    @Test("when all places are taken, the greediest gives one up to whoever has fewer")
    func displacing() {
        var queue = HashingQueue(capacity: 4, perClient: 4)
        for ticket in 0..<4 { _ = queue.add(ticket, for: .login, of: "a") }
        #expect(queue.add(4, for: .login, of: "a") == .clientIsFull)
        #expect(queue.add(5, for: .login, of: "b") == .displaces(3))
        #expect(queue.add(6, for: .login, of: "c") == .displaces(2))
        #expect(queue.add(7, for: .login, of: "d") == .displaces(1))
        #expect(queue.add(8, for: .login, of: "e") == .isFull)
        #expect(queue.add(9, for: .registration, of: "e") == .waits)
        #expect(queue.count == 5)
    }

    @Test("however clients come and go, nobody is lost and nobody is called twice", arguments: 0..<40)
    func anything(seed: Int) {
        var random = SystemRandomNumberGenerator()
        var queue = HashingQueue(capacity: 12, perClient: 5)
        var waiting: Set<Int> = []
        for ticket in 0..<500 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1, 2:
                let purpose: HashingQueue.Purpose = Bool.random() ? .login : .registration
                switch queue.add(ticket, for: purpose, of: "\(Int.random(in: 0..<6))") {
                case .waits: waiting.insert(ticket)
                case .displaces(let other):
                    waiting.insert(ticket)
                    #expect(waiting.remove(other) != nil)
                case .clientIsFull, .isFull: break
                }
            case 3:
                if let one = waiting.randomElement() {
                    let isRemoved = queue.remove(one)
                    #expect(isRemoved)
                    waiting.remove(one)
                }
            case 4:
                let isRemoved = queue.remove(ticket)
                #expect(!isRemoved)
            default:
                let next = queue.next()
                #expect((next == nil) == waiting.isEmpty)
                if let next { #expect(waiting.remove(next) != nil) }
            }
            #expect(queue.count == waiting.count)
            #expect(queue.count <= 24)
        }
        while let next = queue.next() { #expect(waiting.remove(next) != nil) }
        #expect(waiting.isEmpty)
    }
}
