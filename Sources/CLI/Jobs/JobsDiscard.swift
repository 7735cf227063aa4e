import ArgumentParser
import JobQueue
import Storage

/// Gives jobs up.
struct JobsDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract:
            "Give up dead, parked or waiting jobs, with --all every dead one that matches; the ledger keeps them as discarded."
    )

    @OptionGroup var selection: JobSelection

    @Flag(
        help: "Discard them although something is left undone; without it the command says what, and changes nothing.")
    var confirm = false

    func run() async throws {
        try await Services.use { services in
            if !confirm {
                let survey = try await Self.survey(selection, with: services)
                let told = survey.told(first: 20)
                if !told.isEmpty {
                    for sentence in told { Terminal.writeError(sentence) }
                    throw Failure(
                        "\(counted(survey.sentences.count, "job")) would leave something undone. Nothing was changed.",
                        advice: "To discard all the same, add --confirm.")
                }
            }
            if selection.all {
                try await JobBulk.run(.discard, selection, outcome: "discarded", with: services)
            } else {
                let action = JobAction(name: "job.discarded", outcome: "is discarded") { inspector, id in
                    try await inspector.discard(id)
                }
                try await action.run(on: selection.ids, with: services)
            }
            try await services.webhooks.ignoreAbandoned(note: "Its job was discarded.", by: OperatorLog.actor)
        }
    }

    /// What is left undone.
    private static func survey(
        _ selection: JobSelection, with services: Services
    ) async throws -> JobRemains.Survey {
        if selection.all {
            let filter = selection.conditions.filter(state: selection.state)
            return try await services.remains.survey(services.inspector, matching: filter)
        }
        var jobs: [JobDetail] = []
        for id in selection.ids { if let job = try await services.inspector.show(id) { jobs.append(job) } }
        return try await services.remains.survey(jobs)
    }
}
