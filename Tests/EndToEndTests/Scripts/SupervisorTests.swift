import Foundation
import TestSupport
import Testing

@Suite("A process that dies is started again, and the others go on", .serialized)
struct SupervisorTests {
    @Test("by KILL, TERM or SEGV: a line says so, and only that process is new", arguments: ["KILL", "TERM", "SEGV"])
    func killed(signal: String) async throws {
        let crew = try RunningProcfile("sandbox: sleep 1001\napi: sleep 1002\nworker: sleep 1003\n")
        let names = ["sandbox", "api", "worker"]
        for name in names { _ = try await crew.processID(of: name) }
        for name in names {
            let (before, others) = (try await crew.processID(of: name), try await crew.processIDs(but: name))
            try await crew.shell("kill -\(signal) \(before)")
            try await eventually(within: .seconds(20), "\(name) runs again; \(crew.log)") {
                guard let now = crew.runningID(of: name) else { return false }
                return now != before
            }
            #expect(try await crew.processIDs(but: name) == others)
            #expect(crew.log.contains("\(name) was ended by SIG\(signal) after "), "\(crew.log)")
        }
        try await crew.end()
    }

    @Test("also one that ends by itself, with whatever status", arguments: [0, 1, 70])
    func endsByItself(status: Int) async throws {
        let crew = try RunningProcfile("api: sleep 1001\nworker: bash -c 'echo begun; sleep 0.2; exit \(status)'\n")
        try await eventually(within: .seconds(20), "it is started again and again; \(crew.log)") {
            crew.count(of: "worker  | begun") >= 3
        }
        #expect(crew.log.contains("is started again in"))
        #expect(crew.runningID(of: "api") != nil)
        try await crew.end()
    }

    @Test("one that cannot live is started less and less often, and at first pace once it has lived")
    func backsOff() async throws {
        let crew = try RunningProcfile(
            "worker: bash -c 'exit 3'\n",
            ["RESTART_PAUSE_MS": "100", "RESTART_LONGEST_MS": "400", "RESTART_PROVEN_MS": "3000"])
        for pause in ["100 ms", "200 ms", "400 ms"] {
            try await eventually(within: .seconds(20), "a pause of \(pause); \(crew.log)") {
                crew.log.contains("again in \(pause).")
            }
        }
        try await eventually(within: .seconds(20), "the longest pause stays") {
            crew.count(of: "again in 400 ms.") >= 3
        }
        #expect(!crew.log.contains("again in 800 ms"))
        try await crew.end()

        let living = try RunningProcfile(
            "worker: sleep 1001\n", ["RESTART_PAUSE_MS": "150", "RESTART_PROVEN_MS": "10"])
        for _ in 0..<3 {
            let before = try await living.processID(of: "worker")
            try await eventually(within: .seconds(5), "it has lived for a while") { living.age(of: before) > 0.2 }
            try await living.shell("kill -KILL \(before)")
            try await eventually(within: .seconds(20), "it runs again") {
                living.runningID(of: "worker").map { $0 != before } ?? false
            }
        }
        #expect(living.count(of: "again in 150 ms.") == 3, "\(living.log)")
        try await living.end()
    }

    @Test("one whose settings are wrong (status 78) is tried seldom, and the line says what to do")
    func wrongSettings() async throws {
        let crew = try RunningProcfile(
            "api: bash -c 'echo NAME: is not set; exit 78'\nworker: sleep 1001\n", ["RESTART_SETTINGS_MS": "60000"])
        try await eventually(within: .seconds(20), "it is said; \(crew.log)") {
            crew.log.contains("api cannot work with its settings (status 78)") && crew.log.contains("Scripts/start api")
        }
        #expect(crew.count(of: "NAME: is not set") == 1)
        #expect(crew.runningID(of: "worker") != nil)
        // Whoever has mended it need not wait.
        try await crew.run("Scripts/start", "worker")
        try await crew.shell("echo start api > '\(crew.folder)/state/requests'")
        try await eventually(within: .seconds(20), "it is tried at once") { crew.count(of: "NAME: is not set") == 2 }
        try await crew.end()
    }

    @Test("several of one kind have numbers, and are stopped and started together or alone")
    func several() async throws {
        let crew = try RunningProcfile(
            "sandbox: sleep 1001\nworker: bash -c 'echo number $INSTANCE; exec sleep 1002'\n", scale: "worker=2")
        try await eventually(within: .seconds(20), "both run; \(crew.log)") {
            crew.log.contains("worker-1| number 1") && crew.log.contains("worker-2| number 2")
        }
        try await crew.run("Scripts/stop", "worker")
        #expect(crew.state(of: "worker-1") == "stopped")
        #expect(crew.state(of: "worker-2") == "stopped")
        #expect(crew.runningID(of: "sandbox") != nil)
        try await crew.run("Scripts/start", "worker-2")
        #expect(crew.runningID(of: "worker-2") != nil)
        #expect(crew.state(of: "worker-1") == "stopped")
        try await crew.run("Scripts/start", "worker", "sandbox")
        #expect(crew.runningID(of: "worker-1") != nil)
        let refusal = try await crew.run("Scripts/stop", "wrker", expecting: 1)
        #expect(refusal.contains("There is no process 'wrker'. There are: sandbox worker-1 worker-2."), "\(refusal)")
        try await crew.end()
    }

    @Test("one that was stopped stays so, also when it does not end by TERM")
    func staysStopped() async throws {
        let crew = try RunningProcfile(
            "api: bash -c 'trap \"\" TERM; echo begun; while :; do sleep 0.1; done'\n", ["SHUTDOWN_GRACE_SECONDS": "-4"]
        )
        try await eventually(within: .seconds(20), "it runs") { crew.log.contains("begun") }
        try await crew.run("Scripts/stop", "api")
        #expect(crew.log.contains("api still runs after 1 s: killed."), "\(crew.log)")
        #expect(crew.count(of: "begun") == 1)
        try await crew.end()
    }

    @Test("a signal to all ends them in order, a second one hurries them, a third kills")
    func signals() async throws {
        let stubborn = "bash -c 'trap \"echo told\" TERM; echo begun; while :; do sleep 0.05; done'"
        let crew = try RunningProcfile(
            """
            sandbox: bash -c 'trap "echo last; exit" TERM; echo begun; while :; do sleep 0.05; done'\n\
            worker: \(stubborn)\n
            """
        )
        try await eventually(within: .seconds(20), "they run") { crew.count(of: "begun") == 2 }
        for told in 1...2 {
            crew.runner.terminate()
            try await eventually(within: .seconds(20), "it is told; \(crew.log)") { crew.count(of: "told") == told }
        }
        #expect(crew.runner.isRunning)
        crew.runner.terminate()
        #expect(try await crew.runner.waitForExit(within: .seconds(20)) == .code(0))

        let orderly = try RunningProcfile(
            """
            sandbox: bash -c 'trap "echo last; exit" TERM; echo begun; while :; do sleep 0.05; done'\n\
            worker: bash -c 'trap "sleep 0.3; echo first; exit" TERM; echo begun; while :; do sleep 0.05; done'\n
            """
        )
        try await eventually(within: .seconds(20), "they run") { orderly.count(of: "begun") == 2 }
        try await orderly.end()
        let log = orderly.log
        let (first, last) = (try #require(log.range(of: "| first")), try #require(log.range(of: "| last")))
        #expect(first.lowerBound < last.lowerBound, "\(log)")
    }

    /// Many at once, each killed as soon as it says that its process runs: some of these processes have not asked yet
    /// to be told of it.
    @Test("nothing outlives a runner that is killed, however early")
    func runnerKilled() async throws {
        let crews = try (0..<12).map { _ in try RunningProcfile("api: sleep 1001\n") }
        let processes = try await withThrowingTaskGroup(of: Int.self) { group in
            for crew in crews {
                group.addTask {
                    let process = try await crew.processID(of: "api")
                    crew.runner.kill()
                    return process
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for process in processes {
            try await eventually(within: .seconds(20), "process \(process) is gone") { crews[0].age(of: process) < 0 }
        }
    }
}

/// A runner with a Procfile of its own.
private final class RunningProcfile: Sendable {
    let runner: ManagedProcess
    let folder: String

    /// The checkout.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().path

    init(_ procfile: String, _ environment: [String: String] = [:], scale: String? = nil) throws {
        folder = "\(NSTemporaryDirectory())/cartwright-crew-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try procfile.write(toFile: "\(folder)/Procfile", atomically: true, encoding: .utf8)
        runner = try ManagedProcess.start(
            "\(Self.root)/Scripts/procfile-runner",
            arguments: ["--state", "\(folder)/state"] + (scale.map { ["--scale", $0] } ?? []) + ["\(folder)/Procfile"],
            environment: ["RESTART_PAUSE_MS": "100"].merging(environment) { $1 })
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var log: String { runner.log }
    func count(of text: String) -> Int { log.components(separatedBy: text).count - 1 }

    func state(of name: String) -> String? {
        (try? String(contentsOfFile: "\(folder)/state/\(name)", encoding: .utf8))?.trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    func runningID(of name: String) -> Int? {
        guard let state = state(of: name), state.hasPrefix("running ") else { return nil }
        return Int(state.dropFirst(8))
    }

    func processID(of name: String) async throws -> Int {
        try await eventually(within: .seconds(20), "\(name) runs; \(log)") { runningID(of: name) }
    }

    func processIDs(but name: String) async throws -> [Int] {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/state").sorted()
        return names.filter { $0 != name }.compactMap(runningID)
    }

    /// How many seconds ago the process began; negative when there is none.
    func age(of process: Int) -> Double {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: "/proc/\(process)"),
            let begun = attributes[.modificationDate] as? Date,
            let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe"), !link.isEmpty
        else { return -1 }
        return Date().timeIntervalSince(begun)
    }

    @discardableResult
    func run(_ script: String, _ arguments: String..., expecting status: Int32 = 0) async throws -> String {
        let process = try ManagedProcess.start(
            "\(Self.root)/\(script)", arguments: arguments, environment: ["PROCESSES": "\(folder)/state"])
        #expect(try await process.waitForExit(within: .seconds(60)) == .code(status), "\(process.log)")
        return process.log
    }

    func shell(_ line: String) async throws {
        let process = try ManagedProcess.start("bash", arguments: ["-c", line])
        #expect(try await process.waitForExit(within: .seconds(10)) == .code(0), "\(process.log)")
    }

    func end() async throws {
        runner.terminate()
        #expect(try await runner.waitForExit(within: .seconds(40)) == .code(0), "\(log)")
    }
}
