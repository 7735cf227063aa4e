import NIOCore
import Testing

@testable import API

@Suite("The edge decides what a connection may do")
struct ConnectionEdgeTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private static func at(_ seconds: Double) -> NIODeadline { start + .nanoseconds(Int64(seconds * 1e9)) }

    private func edge(_ change: (inout EdgeLimits) -> Void = { _ in }) -> ConnectionEdge {
        var limits = EdgeLimits(connections: 100)
        change(&limits)
        return ConnectionEdge(limits: limits)
    }

    /// An edge that reads a body since 0 s.
    private func readingBody(limit: Int = 10_000, isLast: Bool = false) -> ConnectionEdge {
        var edge = edge()
        edge.arrived(bytes: 100, at: Self.at(0))
        edge.headAccepted(bodyLimit: limit, isLast: isLast, at: Self.at(0))
        return edge
    }

    /// An edge that owes the answer to one request.
    private func answering(isLast: Bool = false) -> ConnectionEdge {
        var edge = readingBody(isLast: isLast)
        #expect(edge.requestEnded() == true)
        return edge
    }

    // MARK: One request after the other

    @Test("the next request is held back until the answer is out")
    func holdsTheNextRequestBack() {
        var edge = answering()
        #expect(!edge.takesBytes)
        #expect(edge.answerEnded(at: Self.at(1)) == .resume)
        #expect(edge.takesBytes)
        #expect(edge.written(at: Self.at(1)) == .nothing)
    }

    @Test("a body is read on while another answer is due")
    func readsOnWhileAnswering() {
        var edge = answering()
        edge.arrived(bytes: 10, at: Self.at(0))
        edge.headAccepted(bodyLimit: 10, isLast: false, at: Self.at(0))
        #expect(edge.takesBytes)
        #expect(edge.requestEnded() == true)
        #expect(edge.answerEnded(at: Self.at(1)) == .nothing, "one answer is still due")
        #expect(edge.answerEnded(at: Self.at(1)) == .resume)
    }

    @Test("a connection may wait for its answer without a limit")
    func patienceForAnswers() {
        #expect(answering().deadline == nil)
        #expect(edge().deadline == nil)
    }

    @Test("a connection ends after its last answer")
    func endsAfterTheLastAnswer() {
        var edge = answering(isLast: true)
        #expect(edge.answersLast && edge.isOver)
        #expect(edge.answerEnded(at: Self.at(1)) == .nothing)
        #expect(edge.written(at: Self.at(2)) == .close, "nothing is on its way, so nothing can reset the connection")
    }

    @Test("a connection lingers after its last answer when the client sent more")
    func lingersWhenMoreWasSent() {
        var edge = answering(isLast: true)
        #expect(edge.dropped(bytes: 5) == .nothing)
        #expect(edge.answerEnded(at: Self.at(1)) == .nothing)
        #expect(edge.written(at: Self.at(1)) == .closeOutput)
        #expect(edge.inputClosed(at: Self.at(2)) == .close)
    }

    @Test("a slow reader of the last answer gets its time and no more")
    func slowReaderOfTheLastAnswer() {
        var edge = answering(isLast: true)
        _ = edge.answerEnded(at: Self.at(0))
        #expect(edge.tick(at: Self.at(29)) == .nothing)
        #expect(edge.tick(at: Self.at(30)) == .close)
    }

    // MARK: Time

    @Test("a head has ten seconds")
    func aHeadHasTenSeconds() {
        var edge = edge()
        edge.arrived(bytes: 1, at: Self.at(0))
        edge.arrived(bytes: 1, at: Self.at(9))
        #expect(edge.deadline == Self.at(10))
        #expect(edge.tick(at: Self.at(9.9)) == .nothing)
        #expect(edge.tick(at: Self.at(10)) == .answer(.headTooSlow))
        #expect(edge.tick(at: Self.at(11)) == .nothing)
    }

    @Test("the time in which a head was held back is not the client's")
    func heldBackHead() {
        var edge = answering()
        edge.arrived(bytes: 1, at: Self.at(0))
        #expect(edge.deadline == nil)
        #expect(edge.answerEnded(at: Self.at(30)) == .resume)
        #expect(edge.deadline == Self.at(40))
    }

    @Test("a body must keep a rate", arguments: [(0.2, 12.0), (1, 12), (100, 11.5), (900, 60), (1_023, 60)])
    func aBodyMustKeepARate(bytesPerSecond: Double, refusedBy latest: Double) {
        var edge = readingBody(limit: 1_000_000)
        var refusedAt: Double?
        for step in 1...140 where refusedAt == nil {
            let time = Double(step) / 2
            if edge.tick(at: Self.at(time)) == .answer(.bodyTooSlow) { refusedAt = time }
            if refusedAt == nil {
                #expect(edge.bodyArrived(bytes: Int(bytesPerSecond / 2), at: Self.at(time)) == .nothing)
            }
        }
        #expect(refusedAt.map { $0 <= latest && $0 >= 10 } == true)
    }

    @Test("a body that comes fast enough has a minute")
    func aBodyThatComesFastEnoughHasAMinute() {
        var edge = readingBody(limit: 1_000_000)
        for second in 1..<60 {
            #expect(edge.tick(at: Self.at(Double(second))) == .nothing)
            #expect(edge.bodyArrived(bytes: 4_096, at: Self.at(Double(second))) == .nothing)
        }
        #expect(edge.tick(at: Self.at(60)) == .answer(.bodyTooSlow))
    }

    // MARK: Size

    @Test("a request line that does not end is too long")
    func aRequestLineThatDoesNotEndIsTooLong() {
        var edge = edge()
        edge.arrived(bytes: 8_000, at: Self.at(0))
        #expect(edge.parsed(requestLineIsComplete: false, at: Self.at(0)) == .nothing)
        edge.arrived(bytes: 1_024, at: Self.at(0))
        #expect(edge.parsed(requestLineIsComplete: false, at: Self.at(0)) == .answer(.targetTooLong(8_192)))
    }

    @Test("headers that do not end are too large")
    func headersThatDoNotEndAreTooLarge() {
        var edge = edge()
        edge.arrived(bytes: 24_000, at: Self.at(0))
        #expect(edge.parsed(requestLineIsComplete: true, at: Self.at(0)) == .nothing)
        edge.arrived(bytes: 1_024, at: Self.at(0))
        #expect(edge.parsed(requestLineIsComplete: true, at: Self.at(0)) == .answer(.headersTooLarge(16_384)))
    }

    @Test("a body is refused with its first byte too much")
    func oversizedBody() {
        var edge = readingBody(limit: 10)
        #expect(edge.bodyArrived(bytes: 10, at: Self.at(0)) == .nothing)
        #expect(edge.bodyArrived(bytes: 1, at: Self.at(0)) == .answer(.bodyTooLarge(10)))
        #expect(edge.requestEnded() == false)
    }

    // MARK: Refusals

    @Test("a refusal waits for the answers before it")
    func aRefusalWaitsForTheAnswersBeforeIt() {
        var edge = answering()
        edge.arrived(bytes: 10, at: Self.at(0))
        #expect(edge.refuse(.malformed("x"), at: Self.at(0)) == .nothing)
        #expect(edge.isOver && edge.takesBytes, "what comes in is dropped, not held")
        #expect(edge.answerEnded(at: Self.at(1)) == .answer(.malformed("x")))
    }

    @Test("a connection is refused once")
    func aConnectionIsRefusedOnce() {
        var edge = edge()
        #expect(edge.refuse(.tooManyConnections, at: Self.at(0)) == .answer(.tooManyConnections))
        #expect(edge.refuse(.headTooSlow, at: Self.at(0)) == .nothing)
        edge.headAccepted(bodyLimit: 1, isLast: false, at: Self.at(0))
        #expect(edge.isOver)
    }

    @Test("a refused client gets to read the answer")
    func aRefusedClientGetsToReadTheAnswer() {
        var edge = readingBody()
        #expect(edge.refuse(.bodyTooLarge(1), at: Self.at(0)) == .answer(.bodyTooLarge(1)))
        #expect(edge.written(at: Self.at(0)) == .closeOutput, "closing with unread bytes would reset the connection")
        #expect(edge.dropped(bytes: 1_000_000) == .nothing)
        #expect(edge.tick(at: Self.at(4)) == .nothing)
        #expect(edge.tick(at: Self.at(5)) == .close)
    }

    @Test("a refused client may not send forever")
    func aRefusedClientMayNotSendForEver() {
        var edge = readingBody()
        _ = edge.refuse(.bodyTooLarge(1), at: Self.at(0))
        #expect(edge.dropped(bytes: Limits.drainedBytes) == .nothing)
        #expect(edge.dropped(bytes: 1) == .close)
    }

    @Test("a refused client that closes is let go")
    func aRefusedClientThatClosesIsLetGo() {
        var edge = readingBody()
        _ = edge.refuse(.bodyTooLarge(1), at: Self.at(0))
        #expect(edge.inputClosed(at: Self.at(0)) == .nothing, "the answer is not written yet")
        #expect(edge.written(at: Self.at(0)) == .close)
    }

    @Test("a half request is refused when the input ends")
    func halfRequest() {
        var edge = readingBody()
        #expect(edge.inputClosed(at: Self.at(0)) == .answer(.malformed("The request ended before it was complete.")))
        var head = self.edge()
        head.arrived(bytes: 3, at: Self.at(0))
        #expect(head.inputClosed(at: Self.at(0)) != .nothing)
    }

    @Test("a client that sends no more is answered all the same")
    func clientThatSendsNoMore() {
        var edge = answering()
        #expect(edge.inputClosed(at: Self.at(0)) == .nothing)
        #expect(edge.answerEnded(at: Self.at(1)) == .resume)
        #expect(edge.closeRequested(holdsBytes: false, at: Self.at(1)) == .nothing, "the answer is not written yet")
        #expect(edge.written(at: Self.at(1)) == .close)
    }

    // MARK: Closing, when the server goes down

    @Test("an idle connection is closed at once")
    func anIdleConnectionIsClosedAtOnce() {
        var edge = edge()
        #expect(edge.closeRequested(holdsBytes: false, at: Self.at(0)) == .close)
    }

    @Test("an answer is written before the connection closes")
    func answerBeforeClosing() {
        var edge = answering()
        #expect(edge.answerEnded(at: Self.at(0)) == .resume)
        #expect(edge.closeRequested(holdsBytes: false, at: Self.at(0)) == .nothing)
        #expect(edge.written(at: Self.at(0)) == .close)
    }

    @Test("a connection with more on its way lingers")
    func aConnectionWithMoreOnItsWayLingers() {
        var edge = answering()
        #expect(edge.answerEnded(at: Self.at(0)) == .resume)
        #expect(edge.written(at: Self.at(0)) == .nothing)
        edge.arrived(bytes: 5, at: Self.at(0))
        #expect(edge.closeRequested(holdsBytes: false, at: Self.at(0)) == .closeOutput)
        #expect(edge.tick(at: Self.at(5)) == .close)
        var held = answering()
        _ = held.answerEnded(at: Self.at(0))
        _ = held.written(at: Self.at(0))
        #expect(held.closeRequested(holdsBytes: true, at: Self.at(0)) == .closeOutput)
    }

    @Test("a client that closes under an answer is let go at once")
    func closedUnderAnAnswer() {
        var edge = answering()
        #expect(edge.closeRequested(holdsBytes: false, at: Self.at(0)) == .close)
    }
}
