import Domain
import FoundationEssentials
import JobQueue
import Postgres
import Storage
import Testing

extension PaymentNotification {
    /// An event that says nothing much.
    static func sample(_ id: String, _ type: String = "payment_intent.succeeded") -> PaymentNotification {
        PaymentNotification(
            id: id, type: type, isLive: false, objectID: "pi_1", occurredAt: Date(timeIntervalSince1970: 1_764_000_000),
            payload: #"{"id":"\#(id)"}"#)
    }
}

extension Shop {
    /// Starts the job of an event as a worker would, under an epoch.
    func startJob(ofEvent id: String, epoch: Int64 = 1) async throws -> JobCompletion {
        let rows = try await self.database.query(
            """
            UPDATE jobs SET state = 'running', process = 'test', epoch = \(epoch), attempts = 1
             WHERE payload ->> 'eventID' = \(id)
            RETURNING id
            """)
        return JobCompletion(jobID: JobID(rawValue: try #require(rows.first)["id"]), epoch: epoch)
    }
}
