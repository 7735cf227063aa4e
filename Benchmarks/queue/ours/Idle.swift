import ArgumentParser
import Foundation
import JobQueue

/// What a worker costs that has nothing to do.
struct Idle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Redis commands per second and processor share of an idle worker process.",
        discussion:
            "Commands are counted with MONITOR as clients send them; those that a script runs inside Redis are not.")

    @Option(help: "Seconds measured, after three that let it settle.") var seconds = 30
    @Option(help: "Queues the worker serves.") var queues = 1
    @OptionGroup var output: Output

    func run() async throws {
        let prefix = randomPrefix()
        let services = try await Services(prefix: prefix)
        let tally = try Tally(jobs: 1)
        let worker = try WorkerProcess(prefix: prefix, concurrency: 10, queues: queues, tally: tally)
        // Runs one job, so that the worker is known to be there.
        try await services.dispatcher.enqueueEphemeral(NoOp(number: 0))
        try await tally.waitForAll(limit: .seconds(20))
        try await Task.sleep(for: .seconds(3))

        let monitor = try Monitor()
        let before = try worker.usage.processorSeconds
        try await Task.sleep(for: .seconds(seconds))
        let used = try worker.usage.processorSeconds - before
        let commands = try monitor.stop()
        try await worker.stop()
        let perSecond = commands.mapValues { Double($0) / Double(seconds) }
        try output.emit(
            Result(queues: queues, commandsPerSecond: perSecond, processorShare: used / Double(seconds)))
        await services.close()
    }

    struct Result: Report {
        let queues: Int
        /// By the command's name.
        let commandsPerSecond: [String: Double]
        /// 1 is one core.
        let processorShare: Double

        var description: String {
            let all = commandsPerSecond.values.reduce(0, +)
            let each = commandsPerSecond.sorted { $0.value > $1.value }.map { "\($0.key) \(rounded($0.value, 2))" }
                .joined(separator: ", ")
            return
                "idle with \(queues) queues: \(rounded(all / Double(queues), 2)) Redis commands/s per queue (\(each)), "
                + "\(rounded(processorShare * 100, 2)) % of a core"
        }
    }
}

/// Counts the commands that clients send, by name, with Redis' MONITOR.
private struct Monitor {
    private let process = Process()
    private let file = FileManager.default.temporaryDirectory.appending(path: "monitor-\(UUID().uuidString)")

    init() throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let url = ProcessInfo.processInfo.environment["REDIS_URL"] ?? ""
        process.arguments = ["redis-cli", "--no-auth-warning", "-u", url, "MONITOR"]
        process.standardInput = FileHandle.nullDevice
        // Into a file, because this process does not empty a pipe in the meantime.
        try Data().write(to: file)
        process.standardOutput = try FileHandle(forWritingTo: file)
        try process.run()
    }

    func stop() throws -> [String: Int] {
        // A child of a thread of Swift's pool inherits its blocked signals, SIGTERM among them.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
        // 1732420000.123456 [0 127.0.0.1:40000] "BLMOVE" "key" …; a script's own commands have "lua" for the address.
        let sent = lines.filter { $0.contains("] \"") && !$0.contains(" lua] ") }
        return sent.reduce(into: [:]) { counts, line in
            counts[line.split(separator: "\"").dropFirst().first.map { $0.uppercased() } ?? "", default: 0] += 1
        }
    }
}
