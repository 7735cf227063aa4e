import ArgumentParser
import Foundation
import JobQueue

/// Dead jobs by what their errors have in common.
struct JobsGroups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups", abstract: "Group dead jobs by the fingerprint of their last error, largest groups first."
    )

    @Option(help: "Only jobs of this queue.", transform: JobArguments.queue)
    var queue: QueueName?

    @Option(help: "How many groups, 1 to 200.")
    var limit = 50

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 200.") }
    }

    func run() async throws {
        let groups = try await Services.use { services in
            try await services.inspector.deadGroups(queue: queue, limit: limit)
        }
        if json {
            try Terminal.writeJSON(groups)
            return
        }
        guard !groups.isEmpty else {
            Terminal.write("No job is dead.")
            return
        }
        let now = Date()
        var table = Table([
            .text("fingerprint"), .number("jobs"), .wide("job"), .text("first"), .text("last"), .text("reason"),
            .wide("newest error"),
        ])
        for group in groups {
            table.add([
                group.fingerprint, String(group.count), group.name, TimeText.age(group.firstAt, at: now),
                TimeText.age(group.lastAt, at: now),
                group.reason, [group.code, group.message].compactMap(\.self).joined(separator: ": "),
            ])
        }
        Terminal.write(table)
        Terminal.write("\nAll of a group again: cartwright jobs retry --all --fingerprint <fingerprint>.")
    }
}
