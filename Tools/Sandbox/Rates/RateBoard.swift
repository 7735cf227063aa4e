import FoundationEssentials
import Synchronization

/// What is wrong with the rates now, for all connections.
final class RateBoard: Sendable {
    private let state = Mutex(RateControls())

    var controls: RateControls { state.withLock { $0 } }

    func set(_ controls: RateControls) {
        state.withLock { $0 = controls }
    }

    /// The set that is published now, and how its documents are broken.
    func published(at now: Date) -> (table: RateTable, breaks: RateControls.Break?) {
        let controls = controls
        let today = CivilDate.lastPublished(at: now)
        let date = controls.ageDays.map { CivilDate(days: today.days - $0).orWorkingDayBefore } ?? today
        return (
            RateTable(date: date, jump: controls.jump ?? [:], lastIsNegative: controls.negative ?? false),
            controls.breaks
        )
    }
}
