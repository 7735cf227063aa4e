import ArgumentParser
import JobQueue

/// Jobs by id, or all dead ones that match.
struct JobSelection: ParsableArguments {
    @Argument(help: "The jobs' ids.", transform: JobArguments.id)
    var ids: [JobID] = []

    @Flag(help: "All dead jobs, or those of them that match the options below.")
    var all = false

    @Flag(help: "With --all: parked jobs instead of dead ones.")
    var parked = false

    @OptionGroup(title: "Options with --all")
    var conditions: JobConditions

    func validate() throws {
        if all && !ids.isEmpty { throw ValidationError("give ids or --all, not both.") }
        if !all && (parked || !conditions.isEmpty) {
            throw ValidationError("these options choose among all jobs: add --all.")
        }
        if !all && ids.isEmpty { throw ValidationError("expected the ids of jobs, or --all.") }
    }

    var state: JobState { parked ? .parked : .dead }
}
