import Threading

#if canImport(Glibc)
    import Glibc
#endif

/// One thread that hashes passwords, one after another, and yields to everything else.
actor HashingThread {
    private let executor: ThreadExecutor
    private var isNiced = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(name: String) { executor = ThreadExecutor(name: name) }

    nonisolated func stop() { executor.stop() }

    func run<Value: Sendable>(_ work: @Sendable () -> Value) -> Value {
        lowerPriority()
        return work()
    }

    /// A login may take longer on a busy machine; a product page may not.
    private func lowerPriority() {
        guard !isNiced else { return }
        isNiced = true
        #if os(Linux)
            // On Linux this is about the calling thread alone, see setpriority(2), "C library/kernel differences".
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        #endif
    }
}
