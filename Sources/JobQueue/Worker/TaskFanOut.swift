import Foundation
import Synchronization

/// As many as the tasks that run at once.
private let workerTasks = ProcessInfo.processInfo.activeProcessorCount

extension DiscardingTaskGroup {
    /// Runs `body` for all elements concurrently, each in a task of its own.
    ///
    /// Most jobs are short, and handing a job's task to another thread costs more than running it. So a few worker
    /// tasks take one element after another and begin to run it themselves; when the element waits for something, its
    /// worker task goes on with the next one. An element that computes for long holds up its own worker task alone: the
    /// others take what is left.
    mutating func addTasks<Element: Sendable>(
        for elements: [Element], _ body: @escaping @Sendable (Element) async -> Void
    ) {
        guard elements.count > 2 * workerTasks else {
            for element in elements { addTask { await body(element) } }
            return
        }
        let work = WorkList(elements)
        for _ in 0..<workerTasks {
            addTask {
                await withDiscardingTaskGroup { jobs in
                    while let element = work.next() {
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
