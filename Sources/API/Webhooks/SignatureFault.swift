/// Why a webhook is not believed. For logs; whoever sent it learns only that it is not.
enum SignatureFault: String, Error, Equatable {
    /// There is no signature, or several headers hold one.
    case missing
    /// What was sent has not the form of a signature.
    case malformed
    /// It was signed too long ago, or in the future: somebody may be playing an old one again.
    case stale
    /// No secret of ours makes any of its signatures.
    case wrong
}
