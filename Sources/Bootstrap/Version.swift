/// Which release this is. It stands here alone: programs, `User-Agent`, the API's document and the changelog follow, and
/// a test compares them.
package enum Version {
    /// As semantic versioning writes it.
    package static let text = "0.2.0"
}
