import ArgumentParser
import Bootstrap
import Glibc

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
            Migrate.self, Seed.self, Jobs.self, Queues.self, Orders.self, StockCommand.self, Discounts.self,
            Shipping.self,
            Payments.self, Emails.self, Rates.self, Doctor.self,
            SandboxCommand.self,
        ])

    /// Parses the command line and runs the command. Whatever is thrown ends the process with one message and an exit
    /// code that scripts can tell apart.
    static func main() async {
        let status = await run()
        fflush(nil)
        // Everything is closed and written. Exit handlers of C libraries would only run into threads that still wind
        // down, and end a command that has done its work with a signal.
        _exit(status)
    }

    /// - Returns: the exit code.
    private static func run() async -> Int32 {
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
            return ExitCode.success.rawValue
        } catch let failure as Failure {
            Terminal.writeError(failure.text)
            return failure.status.rawValue
        } catch {
            // Wrong usage, requests for help, exit codes: the parser knows how to word them.
            let (code, text) = (exitCode(for: error), fullMessage(for: error))
            if !text.isEmpty { code.isSuccess ? Terminal.write(text) : Terminal.writeError(text) }
            return code.rawValue
        }
    }
}
