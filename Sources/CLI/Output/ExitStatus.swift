/// How the program ends, in the codes of `sysexits.h` where it has one.
enum ExitStatus: Int32, Sendable {
    /// It could not be done, or a check failed.
    case failure = 1
    /// It was done, and books that were compared differ.
    case differences = 3
    /// The command line makes no sense (EX_USAGE).
    case usage = 64
    /// A setting is missing or wrong (EX_CONFIG).
    case configuration = 78
}
