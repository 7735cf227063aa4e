import ArgumentParser
package import Domain
package import Storage

extension BreakKind: ExpressibleByArgument {}
extension ReconciliationBreak.Status: ExpressibleByArgument {}

/// What the commands about breaks have in common.
enum BreakArguments {
    static func id(_ text: String) throws -> ReconciliationBreak.ID {
        guard let id = ReconciliationBreak.ID(text) else {
            throw ValidationError("expected a break's id, a UUID; `cartwright payments breaks` lists them.")
        }
        return id
    }
}
