import Testing

@testable import API

@Suite("Logins queue up behind each other, within bounds")
struct PasswordHasherTests {
    @Test func verifiesWhatItHashed() async throws {
        let hasher = try PasswordHasher(cost: 4, threads: 2)
        defer { hasher.stop() }
        let hash = try await hasher.hash("correct horse")
        #expect(try await hasher.verify("correct horse", against: hash))
        #expect(try await !hasher.verify("wrong horse", against: hash))
    }

    @Test func neverLetsAnUnknownAccountIn() async throws {
        let hasher = try PasswordHasher(cost: 4, threads: 1)
        defer { hasher.stop() }
        #expect(try await !hasher.verify("anything", against: nil))
    }

    @Test func refusesWhatDoesNotFitTheQueue() async throws {
        let hasher = try PasswordHasher(cost: 8, threads: 1, capacity: 4)
        defer { hasher.stop() }
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    do {
                        _ = try await hasher.hash("correct horse")
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
        _ = try await hasher.hash("correct horse")
    }
}
