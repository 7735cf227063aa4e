// An order and the job that sends its receipt are committed together, or neither is there. The handler's own effect and
// the end of its job are one commit too, so that a receipt is booked exactly once, whatever crashes.
import Foundation
import JobQueue
import Postgres

struct SendReceipt: Job {
    static let name = "receipt.send"
    static let queue: QueueName = "email"
    let order: Int
}

struct OutOfStock: Error {}

let servers = ProcessInfo.processInfo.environment
let queue = try WorkQueue(
    postgres: servers["DATABASE_URL"] ?? "postgres://localhost/jobs",
    redis: servers["REDIS_URL"] ?? "redis://localhost")
try await queue.migrate()
try await queue.database.execute(
    """
    CREATE TABLE IF NOT EXISTS example_orders (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        item text NOT NULL,
        receipts integer NOT NULL DEFAULT 0
    )
    """)

func place(_ item: String, isInStock: Bool) async throws {
    try await queue.transaction { tx in
        let order: Int = try tx.query("INSERT INTO example_orders (item) VALUES (\(item)) RETURNING id")[0]["id"]
        try tx.enqueue(SendReceipt(order: order))
        // Thrown after the job was enqueued: order and job are rolled back together.
        if !isInStock { throw OutOfStock() }
    }
}

try await place("lamp", isInStock: true)
do {
    try await place("unicorn", isInStock: false)
} catch is OutOfStock {
    print("no unicorns: neither an order nor a job")
}

var handlers = JobRegistry()
handlers.register(SendReceipt.self) { job, context in
    try await queue.transaction(completing: context) { tx in
        try tx.execute("UPDATE example_orders SET receipts = receipts + 1 WHERE id = \(job.order)")
    }
    print("booked the receipt of order \(job.order)")
}

// Runs what there is and returns; a worker program would call `run`.
try await queue.drain(handlers)

for row in try await queue.database.query("SELECT item, receipts FROM example_orders ORDER BY id") {
    let (item, receipts): (String, Int) = (try row["item"], try row["receipts"])
    print("\(item): \(receipts) receipt")
}
await queue.close()
