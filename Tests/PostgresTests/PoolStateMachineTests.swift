import Testing

@testable import Postgres

@Suite("The pool serves callers in order and never more connections than allowed")
struct PoolStateMachineTests {
    typealias Machine = PoolStateMachine<String>

    private let start = ContinuousClock.now

    private func turn(_ name: String, _ ticket: UInt64, wait: Duration = .seconds(5)) -> Machine.Turn {
        Machine.Turn(work: name, ticket: ticket, deadline: start + wait)
    }

    private func name(_ step: Machine.Step) -> String {
        switch step {
        case .connect: "connect"
        case .run(let turn): "run \(turn.work)"
        case .park: "park"
        case .close: "close"
        }
    }

    /// The connections a submission asks for.
    private func submit(_ turn: Machine.Turn, to machine: inout Machine) throws -> [Int] {
        guard case .waits(let effects) = machine.submit(turn) else {
            Issue.record("expected \(turn.work) to wait")
            return []
        }
        return effects.connect
    }

    /// A machine whose only connection, number 1, runs "first".
    private func busy() throws -> Machine {
        var machine = Machine(limit: 1)
        #expect(try submit(turn("first", 1), to: &machine) == [1])
        #expect(name(machine.connected(1).0) == "run first")
        return machine
    }

    @Test("connections are opened for those who wait, up to the limit")
    func growth() throws {
        var machine = Machine(limit: 2)
        #expect(try submit(turn("a", 1), to: &machine) == [1])
        #expect(try submit(turn("b", 2), to: &machine) == [2])
        #expect(try submit(turn("c", 3), to: &machine) == [])
        #expect(machine.statistics.size == 2)
        #expect(name(machine.connected(2).0) == "run a")
        #expect(name(machine.connected(1).0) == "run b")
        #expect(machine.statistics.waiting == 1)
    }

    @Test("a free connection takes who waited longest; then it idles and is taken at once")
    func order() throws {
        var machine = try busy()
        for (ticket, name) in [(2, "b"), (3, "c")] {
            #expect(try submit(turn(name, UInt64(ticket)), to: &machine) == [])
        }
        #expect(name(machine.finished(1, isAlive: true).0) == "run b")
        #expect(name(machine.finished(1, isAlive: true).0) == "run c")
        #expect(name(machine.finished(1, isAlive: true).0) == "park")
        guard case .run(on: 1) = machine.submit(turn("d", 4)) else {
            Issue.record("the idle connection was not taken")
            return
        }
        #expect(machine.statistics.inUse == 1)
    }

    @Test("who gives up leaves the line; what runs takes its course")
    func cancellation() throws {
        var machine = try busy()
        _ = try submit(turn("b", 2), to: &machine)
        _ = try submit(turn("c", 3), to: &machine)
        #expect(machine.cancel(2) == "b")
        #expect(machine.cancel(2) == nil)
        #expect(machine.cancel(1) == nil)
        #expect(name(machine.finished(1, isAlive: true).0) == "run c")
        #expect(machine.statistics.totals.canceled == 1)
    }

    @Test("those whose time is up fail, and the next alarm is the next one's")
    func timeouts() throws {
        var machine = try busy()
        _ = try submit(turn("b", 2, wait: .seconds(1)), to: &machine)
        _ = try submit(turn("c", 3, wait: .seconds(2)), to: &machine)
        #expect(machine.tick(now: start + .milliseconds(999)).fail.isEmpty)
        let effects = machine.tick(now: start + .seconds(1))
        #expect(effects.fail.map(\.work) == ["b"])
        #expect(effects.fail.map(\.error.code) == [.acquireTimeout])
        #expect(effects.wakeAt == start + .seconds(2))
        #expect(machine.statistics.totals.timedOut == 1)
    }

    @Test("work from a stale connection goes back to its place, and the connection connects anew")
    func stale() throws {
        var machine = try busy()
        #expect(name(machine.finished(1, isAlive: true).0) == "park")
        let early = turn("early", 2)
        guard case .run(on: 1) = machine.submit(early) else {
            Issue.record("the idle connection was not taken")
            return
        }
        _ = try submit(turn("late", 3), to: &machine)
        #expect(name(machine.turnedOutStale(1, early).0) == "connect")
        #expect(name(machine.connected(1).0) == "run early")
        #expect(name(machine.finished(1, isAlive: true).0) == "run late")
    }

    @Test("a broken connection is replaced only when someone waits")
    func broken() throws {
        var machine = try busy()
        #expect(name(machine.finished(1, isAlive: false).0) == "close")
        #expect(machine.statistics.size == 0)
        #expect(try submit(turn("b", 2), to: &machine) == [2])
    }

    @Test("while the server is away one connection at a time tries, later and later, and callers wait")
    func backoff() throws {
        var machine = Machine(limit: 8)
        let error = PostgresError(.connectFailed, "away")
        #expect(try submit(turn("a", 1), to: &machine) == [1])
        #expect(try submit(turn("b", 2), to: &machine) == [2])
        let (step, first) = machine.connectFailed(1, error, now: start, jitter: 1)
        #expect(name(step) == "close")
        #expect(first.fail.isEmpty)
        #expect(first.wakeAt == start + .milliseconds(50))
        let second = machine.connectFailed(2, error, now: start, jitter: 1).1
        #expect(second.wakeAt == start + .milliseconds(100))
        #expect(try submit(turn("c", 3), to: &machine) == [])
        #expect(machine.tick(now: start + .milliseconds(99)).connect == [])
        #expect(machine.tick(now: start + .milliseconds(100)).connect == [3])
        // It is back: everybody is served at once.
        let (back, effects) = machine.connected(3)
        #expect(name(back) == "run a")
        #expect(effects.connect == [4, 5])
    }

    @Test("who waits in vain for a server that is away is told so")
    func awayTooLong() throws {
        var machine = Machine(limit: 1)
        _ = try submit(turn("a", 1, wait: .seconds(1)), to: &machine)
        _ = machine.connectFailed(1, PostgresError(.connectFailed, "away"), now: start, jitter: 0)
        #expect(machine.tick(now: start + .seconds(1)).fail.map(\.error.code) == [.connectFailed])
    }

    @Test("a wrong password is told at once")
    func refused() throws {
        var machine = Machine(limit: 1)
        _ = try submit(turn("a", 1), to: &machine)
        var error = PostgresError(.connectFailed, "no")
        error.sqlState = .invalidPassword
        #expect(machine.connectFailed(1, error, now: start, jitter: 0).1.fail.map(\.work) == ["a"])
    }

    @Test("closing fails who waits, lets run what runs, and is done with the last connection")
    func closing() throws {
        var machine = try busy()
        _ = try submit(turn("b", 2), to: &machine)
        let effects = machine.close()
        #expect(effects.fail.map(\.error.code) == [.closed])
        #expect(!effects.isDrained)
        guard case .refused(let error) = machine.submit(turn("c", 3)) else {
            Issue.record("a closed pool took work")
            return
        }
        #expect(error.code == .closed)
        let (step, last) = machine.finished(1, isAlive: true)
        #expect(name(step) == "close")
        #expect(last.isDrained)
    }
}
