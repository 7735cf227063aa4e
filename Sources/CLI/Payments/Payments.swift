import ArgumentParser

/// The payment provider's books beside ours.
struct Payments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See where the books of the payment provider and ours differ, compare them now, say what was done about a difference.",
        subcommands: [PaymentsBreaks.self, PaymentsReconcile.self, PaymentsResolve.self], defaultSubcommand: PaymentsBreaks.self)
}
