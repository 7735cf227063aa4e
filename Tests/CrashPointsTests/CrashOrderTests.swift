import Testing

@testable import CrashPoints

@Suite("Crash points are named exactly")
struct CrashOrderTests {
    @Test("every crash point has a name")
    func names() throws {
        #expect(Set(CrashPoint.allCases.map(\.name)).count == CrashPoint.allCases.count)
        for point in CrashPoint.allCases {
            let order = try #require(CrashOrder(point.name))
            #expect(order.point == point && order.pass == 1 && order.job == nil)
        }
    }

    @Test("an order names the pass and the job")
    func passAndJob() throws {
        let order = try #require(CrashOrder("job.claimed@order.checkout:3"))
        #expect(order.point == .jobClaimed && order.job == "order.checkout" && order.pass == 3)
        #expect(order.means(.jobClaimed, of: "order.checkout"))
        #expect(!order.means(.jobClaimed, of: "rates.refresh"))
        #expect(!order.means(.jobClaimed, of: nil))
        #expect(!order.means(.jobFinished, of: "order.checkout"))
        let anyJob = try #require(CrashOrder("job.claimed:2"))
        #expect(anyJob.means(.jobClaimed, of: "rates.refresh") && anyJob.pass == 2)
    }

    @Test(
        "nonsense is refused",
        arguments: [
            "", "checkout", "job.claimed:", "job.claimed:0", "job.claimed:x", "job.claimed:1:2", ":1",
            "@order.checkout",
        ])
    func nonsense(text: String) {
        #expect(CrashOrder(text) == nil)
    }
}
