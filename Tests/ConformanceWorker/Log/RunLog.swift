import Glibc
package import JobQueue

/// The file outside all processes to which every run is written. Each line is one `write` to a descriptor opened for
/// appending, so lines of many processes do not mix, and what is written stays when the process is killed right after.
package final class RunLog: Sendable {
    private let descriptor: Int32

    /// It could not be opened.
    package struct CannotOpen: Error {}

    package init(path: String) throws(CannotOpen) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CannotOpen() }
    }

    deinit { close(descriptor) }

    /// Writes what happens to the run with this context.
    package func note(_ kind: RunEvent.Kind, _ context: JobContext) {
        write(
            RunEvent(
                kind, job: context.jobID, attempt: context.attempt, crashes: context.crashes,
                epoch: context.completion.epoch,
                process: getpid(), at: MachineTime.monotonic, wall: MachineTime.wall))
    }

    /// Writes what happens to a process.
    package func note(_ kind: RunEvent.Kind, process: Int32) {
        write(RunEvent(kind, process: process, at: MachineTime.monotonic, wall: MachineTime.wall))
    }

    private func write(_ event: RunEvent) {
        var line = event.line
        line.withUTF8 { bytes in
            let written = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            precondition(written == bytes.count, "the run log cannot be written")
        }
    }
}
