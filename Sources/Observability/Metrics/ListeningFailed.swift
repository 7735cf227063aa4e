/// A port that a process must listen on and cannot.
public struct ListeningFailed: Error, CustomStringConvertible {
    /// For whoever starts the process.
    public let description: String

    /// - Parameters:
    ///   - setting: the environment variable that holds the port.
    ///   - cause: what the system said.
    public init(setting: String, host: String, port: Int, cause: any Error) {
        description =
            "\(setting): cannot listen on \(host):\(port) (\(cause)); expected a free port of this machine, choose another one."
    }
}
