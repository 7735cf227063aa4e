/// A call that ran: its answer, and the events that must have been sent before the caller sees it.
struct FinishedCall: Sendable {
    private let answer: PaymentAnswer
    private let announcements: [AsyncStream<Void>]

    /// - Parameter announcements: streams that end when those events were sent.
    init(answer: PaymentAnswer, announcements: [AsyncStream<Void>]) {
        self.answer = answer
        self.announcements = announcements
    }

    /// The answer, once it may be given.
    func answerInTurn() async -> PaymentAnswer {
        for announcement in announcements {
            for await _ in announcement {}
        }
        return answer
    }
}
