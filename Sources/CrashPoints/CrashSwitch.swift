#if DEBUG
    import Glibc
    import Synchronization

    /// Ends or stops the process where its environment asks for it.
    final class CrashSwitch: Sendable {
        static let shared = CrashSwitch()

        private let death: CrashOrder?
        private let rest: CrashOrder?
        private let deathPasses = Atomic(0)
        private let restPasses = Atomic(0)

        private init() {
            death = Self.order("CARTWRIGHT_CRASH_AT")
            rest = Self.order("CARTWRIGHT_STOP_AT")
        }

        func pass(_ point: CrashPoint, of job: String?) {
            if let rest, rest.means(point, of: job), restPasses.add(1, ordering: .relaxed).newValue == rest.pass {
                // To this thread, which so takes no step further; kill(2) may hand the signal to another one first.
                raise(SIGSTOP)
            }
            if let death, death.means(point, of: job), deathPasses.add(1, ordering: .relaxed).newValue == death.pass {
                raise(SIGKILL)
            }
        }

        /// What a variable asks for. A name that is none ends the process, which has been built for tests: it would
        /// make one wait for nothing.
        private static func order(_ variable: String) -> CrashOrder? {
            guard let value = getenv(variable) else { return nil }
            let text = String(cString: value)
            // Builds for tests only: a misspelled point would let a test pass that has crashed nothing.
            guard let order = CrashOrder(text) else { fatalError("\(variable): there is no crash point \(text)") }
            return order
        }
    }
#endif
