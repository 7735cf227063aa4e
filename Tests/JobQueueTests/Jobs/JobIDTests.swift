import Foundation
import JobQueue
import Testing

@Suite("Job ids sort by time")
struct JobIDTests {
    @Test("an id has its version and variant")
    func versionAndVariant() {
        let text = JobID.new().description
        #expect(Array(text)[14] == "7")
        #expect("89ab".contains(Array(text)[19]))
    }

    @Test("a later id is greater")
    func laterIsGreater() {
        let ids = (0..<50).map { JobID.new(at: Date(timeIntervalSince1970: 1_700_000_000 + Double($0))).description }
        #expect(ids == ids.sorted())
    }

    @Test("ids of one millisecond sort as they were made")
    func sameMillisecond() {
        let ids = (0..<20_000).map { _ in JobID.new().description }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
    }

    @Test("a time given by hand is kept")
    func aTimeGivenByHandIsKept() {
        let long = Date(timeIntervalSince1970: 1_700_000_000)
        #expect(JobID.new(at: long).description.hasPrefix("018bcfe5-6800-7"))
        #expect(JobID.new(at: long.addingTimeInterval(400_000_000)).description > JobID.new(at: long).description)
    }

    @Test("an id is parsed from its text")
    func parses() {
        let id = JobID.new()
        #expect(JobID(id.description) == id)
        #expect(JobID("not-an-id") == nil)
    }
}
