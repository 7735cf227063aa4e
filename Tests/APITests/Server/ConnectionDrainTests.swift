import Testing

@testable import API

@Suite("A connection is closed between requests, never under one")
struct ConnectionDrainTests {
    @Test("a busy connection announces its end with the answer")
    func announcesAtOnceWhileARequestRuns() {
        var drain = ConnectionDrain()
        #expect(drain.requestBegan() == .nothing)
        #expect(!drain.closesAfterAnswer)
        #expect(drain.serverGoesDown() == .announce)
        #expect(drain.closesAfterAnswer)
    }

    @Test("an idle connection lingers and serves one more request")
    func lingersWhileIdleAndServesOneMore() {
        var drain = ConnectionDrain()
        #expect(drain.requestBegan() == .nothing)
        drain.answerEnded()
        #expect(drain.serverGoesDown() == .linger)
        #expect(drain.requestBegan() == .announce)
        #expect(drain.closesAfterAnswer)
        #expect(drain.lingered() == .nothing)
    }

    @Test("a silent connection is closed in the end")
    func closesASilentConnectionInTheEnd() {
        var drain = ConnectionDrain()
        #expect(drain.serverGoesDown() == .linger)
        #expect(drain.lingered() == .announce)
        #expect(drain.serverGoesDown() == .nothing)
    }
}
