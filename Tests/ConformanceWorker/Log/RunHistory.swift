package import Foundation
import JobQueue

/// What the run log tells: all runs, in the order in which they started.
package struct RunHistory: Sendable {
    package private(set) var runs: [Run] = []
    /// When which process was killed or killed itself: monotonic microseconds.
    package private(set) var deaths: [(process: Int32, at: Int64)] = []
    /// Lines that could not be read. There must be none.
    package private(set) var unreadable = 0

    package init(file: String) throws {
        self.init(bytes: try Data(contentsOf: URL(fileURLWithPath: file), options: .mappedIfSafe))
    }

    package init(bytes: Data) {
        var events: [RunEvent] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if let event = RunEvent(line: line) {
                events.append(event)
            } else {
                unreadable += 1
            }
        }
        add(events)
    }

    package init(_ events: [RunEvent]) {
        add(events)
    }

    private struct Key: Hashable {
        let job: JobID
        let epoch: Int64
    }

    /// Lines of one process are in order, those of different processes nearly so; time decides.
    private mutating func add(_ events: [RunEvent]) {
        var open: [Key: Int] = [:]
        var openOfProcess: [Int32: Set<Key>] = [:]
        let sorted = events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(
            \.element)
        for event in sorted {
            switch event.kind {
            case .start:
                guard let job = event.job else { break }
                let key = Key(job: job, epoch: event.epoch)
                open[key] = runs.count
                openOfProcess[event.process, default: []].insert(key)
                runs.append(Run(event, job: job))
            case .end, .failed, .fenced, .cancelled:
                guard let job = event.job, let index = open.removeValue(forKey: Key(job: job, epoch: event.epoch))
                else { break }
                openOfProcess[event.process]?.remove(Key(job: job, epoch: event.epoch))
                runs[index].finish = event.at
                runs[index].outcome = event.kind
            case .killed:
                deaths.append((event.process, event.at))
                for key in openOfProcess.removeValue(forKey: event.process) ?? [] {
                    guard let index = open.removeValue(forKey: key) else { continue }
                    runs[index].finish = event.at
                    runs[index].outcome = .killed
                }
            case .stopped, .continued:
                break
            }
        }
    }
}
