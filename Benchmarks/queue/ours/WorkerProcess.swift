import Foundation

/// A worker in a process of its own: this program with the subcommand `work`.
final class WorkerProcess {
    private let process = Process()

    /// Starts it, in this process's group, so that what ends the one ends the other.
    init(prefix: String, concurrency: Int, queues: Int = 1, tally: Tally) throws {
        process.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.arguments = [
            "work", "--prefix", prefix, "--concurrency", "\(concurrency)", "--queues", "\(queues)", "--tally",
            tally.path,
        ]
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    var usage: Usage { get throws { try Usage(of: process.processIdentifier) } }

    /// Asks it to drain and waits for its end; a worker that takes longer than its grace time is killed.
    func stop() async throws {
        process.terminate()
        let deadline = ContinuousClock.now + .seconds(15)
        while process.isRunning {
            if ContinuousClock.now > deadline { kill(process.processIdentifier, SIGKILL) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
