import Foundation
import Synchronization

/// As many as tasks run at once.
private let lanes = ProcessInfo.processInfo.activeProcessorCount

extension DiscardingTaskGroup {
    /// Runs `body` for every element side by side, each in a task of its own.
    ///
    /// Most jobs are short, and to hand each one's task to another thread costs more than to run it. So a few tasks,
    /// the lanes, take one element after another and begin to run it themselves; when it waits for something, they go
    /// on with the next. An element that computes for long holds up its own lane alone: the others take what is left.
    mutating func addTasks<Element: Sendable>(
        for elements: [Element], _ body: @escaping @Sendable (Element) async -> Void
    ) {
        guard elements.count > 2 * lanes else {
            for element in elements { addTask { await body(element) } }
            return
        }
        let line = WorkList(elements)
        for _ in 0..<lanes {
            addTask {
                await withDiscardingTaskGroup { jobs in
                    while let element = line.next() {
                        jobs.addImmediateTask { await body(element) }
                    }
                }
            }
        }
    }
}

/// Elements that several tasks take, each by one of them.
private final class WorkList<Element: Sendable>: Sendable {
    private let elements: [Element]
    private let taken = Atomic(0)

    init(_ elements: [Element]) { self.elements = elements }

    func next() -> Element? {
        let index = taken.add(1, ordering: .relaxed).oldValue
        return index < elements.count ? elements[index] : nil
    }
}
