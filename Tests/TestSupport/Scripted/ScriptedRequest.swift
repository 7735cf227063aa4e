/// A request as a scripted server received it.
package struct ScriptedRequest: Sendable {
    /// `GET`, `POST`, …
    package let method: String
    /// Path and query.
    package let target: String
    /// Fields by lower-case name.
    package let headers: [String: String]
    /// The body as text.
    package let body: String
}
