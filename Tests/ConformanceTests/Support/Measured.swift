import Testing

/// Scenarios whose promise is a rate or a latency. `make test-chaos` runs them one at a time, with nothing beside them.
@Suite("Measured")
enum Measured {}
