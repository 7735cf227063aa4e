import Arithmetic
import Foundation
import JobQueue

/// Jobs as lines for people.
enum JobTable {
    static func table(of jobs: [JobDetail], at now: Date = Date()) -> Table {
        var table = Table([
            .text("id"), .text("state"), .text("queue"), .wide("job"), .number("tries"), .text("age"),
            .wide("last error, progress"),
        ])
        for job in jobs {
            table.add([
                job.id.description, job.state.rawValue, job.queue, job.name, String(job.attempts),
                TimeText.age(job.createdAt, at: now),
                trouble(of: job),
            ])
        }
        return table
    }

    /// `40 %: 4,000 of 10,000 rows`
    static func progress(_ progress: ReportedProgress) -> String {
        ["\(Int(saturating: progress.fraction * 100)) %", progress.message].compactMap(\.self).joined(separator: ": ")
    }

    /// Why it is dead or parked, and its last error; of one that runs, how far it is.
    private static func trouble(of job: JobDetail) -> String {
        if job.state == .running, let progress = job.progress { return self.progress(progress) }
        let error = job.errors.last.map { "\($0.code): \($0.message)" }
        return switch (job.reason, error) {
        case (let reason?, let error?): "\(reason) · \(error)"
        case (let reason?, nil): reason
        case (nil, let error): error ?? ""
        }
    }
}
