import Domain
import Foundation
import Testing

@Suite("The page of lifecycles shows the tables of transitions")
struct LifecyclePageTests {
    private static let diagrams = [
        ("## Orders", OrderStatus.diagram), ("## Payments", PaymentStatus.diagram),
        ("## Refunds", RefundStatus.diagram),
        ("## Emails", EmailDeliveryStatus.diagram),
    ]

    /// The page with its diagrams made anew. `LIFECYCLES_WRITE=1` writes it.
    @Test("every diagram is made from its table")
    func diagrams() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/lifecycles.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        var made = page
        for (heading, diagram) in Self.diagrams {
            let section = try #require(made.range(of: "\n\(heading)\n"), "\(heading)")
            let begin = try #require(made.range(of: "```mermaid\n", range: section.upperBound..<made.endIndex))
            let end = try #require(made.range(of: "\n```\n", range: begin.upperBound..<made.endIndex))
            made.replaceSubrange(begin.upperBound..<end.lowerBound, with: diagram)
        }
        if ProcessInfo.processInfo.environment["LIFECYCLES_WRITE"] == "1" {
            try made.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(page == made, "LIFECYCLES_WRITE=1 make test FILTER=LifecyclePageTests writes it anew")
        }
    }

    @Test("a diagram has each transition once, what begins, and what ends")
    func diagram() {
        let lines = EmailDeliveryStatus.diagram.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(lines.first == "stateDiagram-v2" && lines.contains("[*] --> pending") && lines.contains("sent --> [*]"))
        #expect(lines.filter { $0 == "pending --> sending" }.count == 1 && !lines.contains("sent --> pending"))
        #expect(lines.count == 1 + 1 + EmailDeliveryStatus.listed.count + 2)
    }
}
