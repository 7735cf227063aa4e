import ArgumentParser

/// The payment provider's books beside ours.
struct Payments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: """
            See where the books of the payment provider and ours differ, compare them now, say what was done about a difference; \
            list events of the provider, and replay or ignore those that nobody has acted on.
            """,
        subcommands: [
            PaymentsBreaks.self, PaymentsReconcile.self, PaymentsResolve.self, PaymentsEvents.self, PaymentsReplay.self,
            PaymentsIgnore.self,
        ], defaultSubcommand: PaymentsBreaks.self)
}
