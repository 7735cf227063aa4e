/// A fault that cannot be injected as asked.
struct FaultError: Error, Equatable {
    /// A sentence for whoever asked.
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
