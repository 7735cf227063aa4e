/// Decides whether a provider is called at all. While it fails, calls are held back, so that work waits where it is
/// instead of failing one by one; from time to time a few try whether it is back. A value; time comes from outside, in
/// milliseconds of any one clock.
///
/// (M. Nygard, "Release It!", 2007, chapter 5.2. That it closes in stages keeps a provider that has just come back from
/// being run over.)
package struct CircuitBreaker: Sendable, Hashable {
    /// Where it stands.
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Calls go through.
        case closed
        /// None goes through until its time is over.
        case open
        /// A few go through and show whether the provider is back.
        case probing
    }

    /// What a call says about the provider, not about what was asked of it.
    package enum Verdict: String, Sendable, Hashable, CaseIterable {
        /// It answers, whatever the answer.
        case works
        /// It does not answer, or with nonsense, or that it cannot.
        case fails
        /// It does not accept us: nothing will help but a person.
        case refuses
    }

    /// So many failures one after the other open it.
    package static let row = 5
    /// As do so many calls within ``window``, if half of them failed.
    package static let enough = 10
    /// How long calls are counted together, in milliseconds.
    package static let window: Int64 = 10_000
    /// How long it is open the first time, and at most; it doubles each time that a stage of probing fails.
    package static let openings: ClosedRange<Int64> = 5_000...30_000
    /// How many calls are tried in each stage of probing; half of them must work.
    package static let stages = [1, 5, 25]
    /// After so long a probe that has not been heard of is taken for lost, and the stage begins again. Longer than any
    /// call.
    package static let probeTime: Int64 = 20_000
    /// How long to wait, in milliseconds, where all probes of a stage are out.
    package static let pause: Int64 = 250

    /// Where it stands.
    package private(set) var state = State.closed
    /// Counts openings. What became of a call that was admitted before the last of them says nothing about now.
    package private(set) var generation: Int64 = 0
    private var calls = 0
    private var failures = 0
    private var failuresInRow = 0
    private var openedInRow = 0
    private var stage = 0
    private var sent = 0
    private var passed = 0
    /// When the window, or the stage, began.
    private var since: Int64 = 0
    private var until: Int64 = 0

    /// A closed one.
    package init() {}

    /// Where it stands for whoever would ask at a time: one whose time is over lets the first call through, though
    /// nobody has asked yet.
    package func state(at now: Int64) -> State { state == .open && now >= until ? .probing : state }

    /// How many calls may be under way, `nil` for any number.
    package func allowance(at now: Int64) -> Int? {
        switch state(at: now) {
        case .closed: nil
        case .open: 0
        case .probing: Self.stages[state == .open ? 0 : stage]
        }
    }

    /// How long it stays open, in milliseconds.
    package func remaining(at now: Int64) -> Int64 { state == .open ? max(0, until - now) : 0 }

    /// How long a call has to wait before it may ask again, in milliseconds; `nil` when it may be made now: then call
    /// ``began()``.
    package mutating func wait(at now: Int64) -> Int64? {
        switch state {
        case .closed: return nil
        case .open:
            if now < until { return until - now }
            state = .probing
            beginStage(0, at: now)
            return nil
        case .probing:
            if sent < Self.stages[stage] { return nil }
            if now - since < Self.probeTime { return Self.pause }
            beginStage(stage, at: now)
            return nil
        }
    }

    /// A call is made. Its verdict is to come with the ``generation`` of now.
    package mutating func began() {
        if state == .probing { sent += 1 }
    }

    /// Takes note of a call that has ended. Returns whether it opened or closed the circuit.
    package mutating func record(_ verdict: Verdict, generation ticket: Int64, at now: Int64) -> Bool {
        guard ticket == generation else { return false }
        switch state {
        case .open: return false
        case .closed:
            if now - since >= Self.window { (calls, failures, since) = (0, 0, now) }
            calls += 1
            if verdict == .works {
                failuresInRow = 0
                return false
            }
            failures += 1
            failuresInRow += 1
            let isAway = failuresInRow >= Self.row || calls >= Self.enough && failures * 2 >= calls
            return isAway || verdict == .refuses ? open(at: now) : false
        case .probing:
            if verdict == .works { passed += 1 } else { failures += 1 }
            // A provider that fails now and then is called when the circuit is closed, and so it must be able to close
            // it.
            if verdict == .refuses || failures * 2 > Self.stages[stage] { return open(at: now) }
            if passed + failures < Self.stages[stage] { return false }
            if stage + 1 < Self.stages.count {
                beginStage(stage + 1, at: now)
                return false
            }
            state = .closed
            (calls, failures, failuresInRow, openedInRow, since) = (0, 0, 0, 0, now)
            return true
        }
    }

    private mutating func open(at now: Int64) -> Bool {
        state = .open
        generation += 1
        until = now + min(Self.openings.upperBound, Self.openings.lowerBound << min(openedInRow, 10))
        openedInRow += 1
        return true
    }

    private mutating func beginStage(_ number: Int, at now: Int64) {
        (stage, sent, passed, failures, since) = (number, 0, 0, 0, now)
    }
}
