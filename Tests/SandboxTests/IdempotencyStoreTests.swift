import FoundationEssentials
import Testing

@testable import Sandbox

@Suite("One idempotency key runs one call and gives one answer")
struct IdempotencyStoreTests {
    private let now = Date(timeIntervalSince1970: 1_000_000)

    private func answer(_ key: String, at time: Date) -> StoredAnswer {
        StoredAnswer(key: key, fingerprint: "f", status: 402, body: "{}", requestID: "req_1", at: time)
    }

    @Test("a key runs once and then replays")
    func runsThenReplays() {
        var store = IdempotencyStore()
        #expect(store.begin("k", fingerprint: "f", at: now) == .run)
        #expect(store.begin("k", fingerprint: "f", at: now) == .inFlight)
        #expect(store.begin("k", fingerprint: "g", at: now) == .mismatch)
        #expect(store.begin("other", fingerprint: "f", at: now) == .run)
        store.record(answer("k", at: now))
        #expect(store.begin("k", fingerprint: "f", at: now) == .replay(answer("k", at: now)))
        #expect(store.begin("k", fingerprint: "g", at: now) == .mismatch)
    }

    @Test("a released key is as good as new")
    func aReleasedKeyIsAsGoodAsNew() {
        var store = IdempotencyStore()
        #expect(store.begin("k", fingerprint: "f", at: now) == .run)
        store.release("k")
        #expect(store.begin("k", fingerprint: "g", at: now) == .run)
    }

    @Test("answers are forgotten after a day")
    func answersAreForgottenAfterADay() {
        var store = IdempotencyStore()
        store.record(answer("k", at: now))
        let lastMoment = now.addingTimeInterval(IdempotencyStore.lifetime - 1)
        #expect(store.begin("k", fingerprint: "f", at: lastMoment) == .replay(answer("k", at: now)))
        #expect(store.begin("k", fingerprint: "g", at: now.addingTimeInterval(IdempotencyStore.lifetime)) == .run)
    }
}
