import ArgumentParser
import Bootstrap
import JobQueue
import Storage

/// All queues with what waits in them.
struct QueuesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List queues with what waits, runs and failed.")

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let queues = try await Services.use { services in try await services.inspector.queues(known: ShopQueue.names) }
        if json {
            try Terminal.writeJSON(queues)
            return
        }
        var table = Table([
            .text("queue"), .number("in redis"), .number("delayed"), .number("in ledger"), .number("running"),
            .number("dead"),
            .number("parked"),
            .text("oldest"), .number("workers"), .text("state"), .text("limits"),
        ])
        for queue in queues {
            table.add([
                queue.queue.rawValue, String(queue.ready), String(queue.delayed), String(queue.waiting),
                String(queue.running),
                String(queue.dead),
                String(queue.parked), queue.oldestAgeSeconds.map { TimeText.span(seconds: $0) } ?? "–",
                String(queue.workers),
                queue.isPaused ? "paused" : "open",
                queue.settings == QueueSettings(isPaused: queue.isPaused) ? "" : QueueLimits.text(queue.settings),
            ])
        }
        Terminal.write(table)
    }
}
