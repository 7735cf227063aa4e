/// What a call that has ended says about its provider.
package enum CallOutcome: Sendable, Hashable {
    /// It answered, be it with a no.
    case answered
    /// It refused the call for coming too fast, and may have named a time.
    case slowDown(Duration?)
    /// It was not reached, did not answer, or answered nonsense; and how, for people.
    case failed(String)
    /// It does not accept us; and why, for people.
    case refused(String)
}
