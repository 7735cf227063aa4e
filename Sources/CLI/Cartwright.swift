import ArgumentParser
import Bootstrap

/// The operators' program.
@main
struct Cartwright: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cartwright",
        abstract: "Sets up, looks into and repairs a Cartwright shop.",
        discussion: """
            Servers and settings come from environment variables and a .env file, as for the API and the worker; \
            DATABASE_URL and REDIS_URL matter most.

            Exit codes: 0 done, 1 failed, 3 books that were compared differ, 64 wrong usage, 78 wrong settings.
            """,
        version: Version.text,
        subcommands: [
            Migrate.self, Seed.self, Jobs.self, Queues.self, Orders.self, Payments.self, Emails.self, Rates.self,
            Doctor.self,
            SandboxCommand.self,
        ])

    /// Parses the command line and runs the command. Whatever is thrown ends the process with one message and an exit
    /// code that scripts can tell apart.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            do {
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch {
                throw Failure.explaining(error) ?? error
            }
        } catch let failure as Failure {
            Terminal.writeError(failure.text)
            exit(withError: ExitCode(failure.status.rawValue))
        } catch {
            // Wrong usage, requests for help, exit codes: the parser knows how to word them.
            exit(withError: error)
        }
    }
}
